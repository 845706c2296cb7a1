export interface LockFile {
  packages: Record<
    string,
    { resolved?: string; link?: boolean } & Partial<Record<DependencyKind, Record<string, string>>>
  >
}

type DependencyKind = 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies'
const KINDS: DependencyKind[] = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
]

/**
 * What is wrong with package-lock.json. It must name no registry: everyone installs from the one that they set, and
 * `integrity` holds the content. Every dependency must be listed, also those of other platforms: `npm ci` refuses
 * to install otherwise.
 */
export function lintLockfile(lock: LockFile): string[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) => [
    ...(entry.resolved && !entry.link
      ? [`${path}: names where it came from (resolved: ${entry.resolved}).`]
      : []),
    ...dependenciesOf(entry).flatMap(([name, range]) => dependencyProblems(lock, path, name, range)),
  ])
}

function dependenciesOf(entry: LockFile['packages'][string]): [string, string][] {
  return KINDS.filter(kind => kind !== 'peerDependencies').flatMap(kind => Object.entries(entry[kind] ?? {}))
}

function dependencyProblems(lock: LockFile, path: string, name: string, range: string): string[] {
  const problems: string[] = []
  if (/^(?:https?|git|ssh|file)\b.*:|^[\w-]+\/[\w-]+$/.test(range)) {
    problems.push(`${path || 'package.json'}: takes ${name} from ${range}, which no registry holds.`)
  }
  if (!isListed(lock, path, name))
    problems.push(`${path || 'package.json'}: needs ${name}, which is not listed.`)
  return problems
}

/** Looks up as Node does: in the package's own node_modules, then in each folder above. */
function isListed(lock: LockFile, path: string, name: string): boolean {
  if (`${path ? `${path}/` : ''}node_modules/${name}` in lock.packages) return true
  if (path === '') return false
  const above = path.lastIndexOf('/node_modules/')
  return isListed(lock, above < 0 ? '' : path.slice(0, above), name)
}
