/** Which versions of which documents make up the env of an app. Pure. */
import type { ReleaseRow } from '../store/schema.ts'

export interface EnvNames {
  /** Of the app's own variables; 0 while nothing was ever set. */
  version: number
  /** Of what the team shares; null for nothing. */
  shared: SharedEnvVersions | null
}

export interface SharedEnvVersions {
  /** Whose they are: an app that was moved to another team gets nothing of its old one any more. */
  teamId: string
  /** By environment, the empty name for all of them. */
  versions: Readonly<Record<string, number>>
}

/** What a release was made with, for ever. */
export function envOfRelease(release: Pick<ReleaseRow, 'env_version' | 'shared_env_json'>): EnvNames {
  const { env_version: version, shared_env_json: json } = release
  return { version, shared: json === null ? null : JSON.parse(json) }
}

export function isSameEnv(one: EnvNames, other: EnvNames): boolean {
  return keyOf(one) === keyOf(other)
}

function keyOf({ version, shared }: EnvNames): string {
  return JSON.stringify([version, shared?.teamId, shared && sharedLayers(shared)])
}

export function sharedEnvJson(shared: SharedEnvVersions | null): string | null {
  return shared === null ? null : JSON.stringify(shared)
}

/** In the order in which they are laid over one another: a later one wins. */
export function sharedLayers({ versions }: SharedEnvVersions): { environment: string; version: number }[] {
  return Object.entries(versions)
    .map(([environment, version]) => ({ environment, version }))
    .sort((a, b) => (a.environment < b.environment ? -1 : 1))
}
