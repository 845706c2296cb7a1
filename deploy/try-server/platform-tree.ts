import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run-command.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const OLDER_VERSION = '0.0.1'

/** Packs the files of the working tree (changes and all) and the newest build of its dashboard, without packages. */
export async function packWorkingTree(archive: string): Promise<void> {
  const files = await filesOf(['--cached', '--others', '--exclude-standard'])
  const kept = files.filter(file => existsSync(join(ROOT, file)))
  await pack(archive, [...kept, ...dashboardBuild()])
}

/** What npm installed, for use and for tests: the guest reaches no registry. */
export async function copyPackages(target: string): Promise<void> {
  const archive = join(target, 'packages.tar')
  const uncached = ['--exclude=node_modules/.cache', '--exclude=node_modules/.vite*']
  await pack(archive, ['node_modules', ...(await ownPackageFolders())], uncached)
  await unpack(archive, target)
  await run(['rm', archive])
}

/** Those of our packages and programs that hold what they share with no other. */
async function ownPackageFolders(): Promise<string[]> {
  const manifests = await filesOf(['packages/*/package.json', 'programs/*/package.json'])
  return manifests
    .map(file => file.replace(/package\.json$/, 'node_modules'))
    .filter(folder => existsSync(join(ROOT, folder)))
}

/** The version that is upgraded from: a commit, or else the working tree; under an older number, for both may have the same. */
export async function placeOlder(
  commit: string | undefined,
  workingTree: string,
  target: string,
): Promise<void> {
  if (commit === undefined) await unpack(workingTree, target)
  else await unpackCommit(commit, target)
  await tellOlder(join(target, 'package.json'))
}

async function unpackCommit(commit: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  const archive = join(target, 'older.tar')
  await run(['git', '-C', ROOT, 'archive', '--output', archive, commit])
  await unpack(archive, target)
  await run(['rm', archive])
}

async function tellOlder(file: string): Promise<void> {
  const manifest = { ...JSON.parse(await readFile(file, 'utf8')), version: OLDER_VERSION }
  await writeFile(file, JSON.stringify(manifest, null, 2))
}

async function unpack(archive: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  await run(['tar', '--no-same-owner', '-xf', archive, '-C', target])
}

/** What `git ls-files` lists, relative to the tree. */
async function filesOf(args: readonly string[]): Promise<string[]> {
  const files = await run(['git', '-C', ROOT, 'ls-files', '-z', ...args])
  return files.split('\0').filter(Boolean)
}

async function pack(
  archive: string,
  paths: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const listed = ['--null', '--verbatim-files-from', '--files-from=-']
  const argv = ['tar', '-C', ROOT, ...options, ...listed, '-cf', archive]
  await run(argv, { input: paths.join('\0') })
}

/** Relative to the tree. */
function dashboardBuild(): string[] {
  const dist = 'programs/dashboard/dist'
  const current = join(ROOT, dist, 'current')
  return existsSync(current) ? [`${dist}/current`, `${dist}/${readFileSync(current, 'utf8').trim()}`] : []
}
