import semver from 'semver'
import type { SourceFacts } from './source-facts.ts'

/** `berry` is Yarn from version 2 on: another program with other arguments than Yarn 1. */
export type PackageManagerName = 'npm' | 'pnpm' | 'yarn' | 'berry' | 'bun'

export interface PackageManager {
  name: PackageManagerName
  /** The semver range of the tool to use. */
  range: string
  /** The lockfile that decides what is installed; none: newest versions that fit. */
  lockfile?: string
}

const LOCKFILES: readonly { file: string; tool: 'npm' | 'pnpm' | 'yarn' | 'bun' }[] = [
  { file: 'pnpm-lock.yaml', tool: 'pnpm' },
  { file: 'yarn.lock', tool: 'yarn' },
  { file: 'bun.lock', tool: 'bun' },
  { file: 'bun.lockb', tool: 'bun' },
  { file: 'npm-shrinkwrap.json', tool: 'npm' },
  { file: 'package-lock.json', tool: 'npm' },
]

/** The lockfiles in the root, the one that counts first. */
export function findLockfiles(facts: SourceFacts): string[] {
  const asked = askedTool(facts)?.tool
  const present = LOCKFILES.filter(({ file }) => facts.entries.includes(file))
  const sorted = [
    ...present.filter(({ tool }) => tool === asked),
    ...present.filter(({ tool }) => tool !== asked),
  ]
  return sorted.map(({ file }) => file)
}

/** By the `packageManager` field of package.json, else by the lockfile, else npm. */
export function choosePackageManager(facts: SourceFacts): PackageManager {
  const asked = askedTool(facts)
  const [first] = findLockfiles(facts)
  const byLockfile = LOCKFILES.find(({ file }) => file === first)
  const tool = asked?.tool ?? byLockfile?.tool ?? 'npm'
  const lockfile = byLockfile?.tool === tool ? byLockfile.file : undefined
  const range = asked?.range ?? defaultRange(tool, facts)
  return { name: tool === 'yarn' && !semver.intersects(range, '1') ? 'berry' : tool, range, lockfile }
}

/** The `packageManager` field (https://nodejs.org/api/packages.html#packagemanager): name, version, optional hash. */
function askedTool(facts: SourceFacts) {
  const match = /^(npm|pnpm|yarn|bun)@([^+]+)/.exec(facts.packageJson?.packageManager ?? '')
  const range = match && semver.validRange(match[2]!)
  return match && range ? { tool: match[1] as 'npm' | 'pnpm' | 'yarn' | 'bun', range } : undefined
}

function defaultRange(tool: 'npm' | 'pnpm' | 'yarn' | 'bun', facts: SourceFacts): string {
  if (tool === 'pnpm') return pnpmRange(facts.texts['pnpm-lock.yaml'] ?? '')
  if (tool === 'yarn') return isBerry(facts) ? '^4' : '^1.22'
  if (tool === 'bun') return '^1'
  return '*' // chosen with the Node version: see toolchains
}

/** Each lockfile version is read and kept by one range of pnpm only. */
function pnpmRange(lockfile: string): string {
  const version = Number(/^lockfileVersion:\s*['"]?(\d+)/m.exec(lockfile)?.[1] ?? 9)
  if (version <= 5) return '^7'
  return version <= 8 ? '^8' : '^10'
}

/** Yarn 2 and newer write a `__metadata` block; Yarn 1 does not. */
function isBerry(facts: SourceFacts): boolean {
  const lockfile = facts.texts['yarn.lock']
  if (lockfile?.trim()) return /^__metadata:/m.test(lockfile)
  return facts.entries.includes('.yarnrc.yml')
}
