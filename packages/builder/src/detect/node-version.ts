import semver from 'semver'
import { DetectionFailed } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { SourceFacts } from './source-facts.ts'

export interface WantedNode {
  /** A semver range. */
  range: string
  /** Where it was asked for: `"engines" in package.json`, for the log. */
  from: string
}

/** The long-term line that an app gets which asks for none: the one that the platform itself runs on. */
export const DEFAULT_NODE_RANGE = '26'

/** https://nodejs.org/en/about/previous-releases */
const LTS_NAMES: Record<string, string> = { hydrogen: '18', iron: '20', jod: '22', krypton: '24' }

/**
 * Manifest, then `engines`, then `.nvmrc`, then `.node-version`, then the default.
 * @throws {DetectionFailed} when the first one that is there is no version
 */
export function wantedNode(facts: SourceFacts, manifest: Manifest): WantedNode {
  const asked = [
    { text: manifest.build.node, from: '"build.node" in seaworthy.json' },
    { text: facts.packageJson?.enginesNode, from: '"engines" in package.json' },
    { text: facts.texts['.nvmrc'], from: '.nvmrc' },
    { text: facts.texts['.node-version'], from: '.node-version' },
  ].find(({ text }) => text !== undefined && text.trim() !== '')
  if (!asked) return { range: DEFAULT_NODE_RANGE, from: 'default' }
  return { range: parseRange(asked.text!, asked.from), from: asked.from }
}

function parseRange(text: string, from: string): string {
  const line = firstLine(text)
  const range = aliasRange(line) ?? semver.validRange(line)
  if (range) return range
  throw new DetectionFailed(
    `"${line}", from ${from}, is not a Node version. Write one such as "24", "^22.12.0" or "lts/jod".`,
  )
}

function firstLine(text: string): string {
  const lines = text.split(/\r?\n/).map(line => line.replace(/#.*/, '').trim())
  return lines.find(line => line !== '') ?? ''
}

/** The names that nvm knows beside numbers. */
function aliasRange(line: string): string | undefined {
  const name = line.toLowerCase()
  if (['node', 'stable', 'latest', 'current', 'lts', 'lts/*', 'lts/-0'].includes(name))
    return DEFAULT_NODE_RANGE
  return LTS_NAMES[name.replace(/^lts\//, '')]
}
