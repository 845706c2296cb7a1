/** What is different between two releases, for people who are about to go from one to the other. Pure. */
import type { Release } from '../api/queries.ts'

export type Difference =
  | { kind: 'code'; same: boolean }
  | { kind: 'env'; from: number; to: number; keys: readonly string[] }
  | { kind: 'process'; name: string; from: string | undefined; to: string | undefined }
  | { kind: 'runtime'; from: string | null; to: string | null }

interface EnvVersion {
  version: number
  /** The variables that this version changed. */
  keys: readonly string[]
}

export function releaseDifferences(
  from: Release,
  to: Release,
  envVersions: readonly EnvVersion[],
  targetEnv: number,
): Difference[] {
  return [
    { kind: 'code', same: from.artifactDigest === to.artifactDigest },
    ...envDifference(from.envVersion, targetEnv, envVersions),
    ...processDifferences(from.processes, to.processes),
    ...(from.runtime === to.runtime
      ? []
      : [{ kind: 'runtime' as const, from: from.runtime, to: to.runtime }]),
  ]
}

function envDifference(from: number, to: number, versions: readonly EnvVersion[]): Difference[] {
  if (from === to) return []
  const [low, high] = from < to ? [from, to] : [to, from]
  const between = versions.filter(({ version }) => version > low && version <= high)
  const keys = [...new Set(between.flatMap(({ keys }) => keys))].sort()
  return [{ kind: 'env', from, to, keys }]
}

function processDifferences(from: Record<string, string>, to: Record<string, string>): Difference[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  const changed = names.filter(name => from[name] !== to[name])
  return changed.map(name => ({ kind: 'process', name, from: from[name], to: to[name] }))
}
