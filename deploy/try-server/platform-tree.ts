import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run-command.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const OLDER_VERSION = '0.0.1'

/** Packs the files of the working tree (changes and all) and the newest build of its dashboard, without packages. */
export async function packWorkingTree(archive: string): Promise<void> {
  const files = await run(['git', '-C', ROOT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  const kept = files.split('\0').filter(file => file !== '' && existsSync(join(ROOT, file)))
  await pack(archive, [...kept, ...dashboardBuild()])
}

/** What npm installed, for use and for tests: the guest reaches no registry. */
export async function copyPackages(target: string): Promise<void> {
  const own = await run([
    'git',
    '-C',
    ROOT,
    'ls-files',
    '-z',
    'packages/*/package.json',
    'programs/*/package.json',
  ])
  const folders = own
    .split('\0')
    .map(file => file.replace(/package\.json$/, 'node_modules'))
    .filter(folder => folder !== '' && existsSync(join(ROOT, folder)))
  const archive = join(target, 'packages.tar')
  await pack(
    archive,
    ['node_modules', ...folders],
    ['--exclude=node_modules/.cache', '--exclude=node_modules/.vite*'],
  )
  await unpack(archive, target)
  await run(['rm', archive])
}

export async function unpack(archive: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  await run(['tar', '--no-same-owner', '-xf', archive, '-C', target])
}

/** The version that is upgraded from: a commit, or else the working tree under an older number. */
export async function placeOlder(
  commit: string | undefined,
  workingTree: string,
  target: string,
): Promise<void> {
  await unpack(workingTree, target)
  if (commit === undefined) return tellOlder(join(target, 'package.json'))
  const archive = join(target, 'older.tar')
  await run(['rm', '-rf', join(target, 'packages'), join(target, 'programs')])
  await run(['git', '-C', ROOT, 'archive', '--output', archive, commit])
  await unpack(archive, target)
  await run(['rm', archive])
}

function tellOlder(file: string): void {
  writeFileSync(
    file,
    JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), version: OLDER_VERSION }, null, 2),
  )
}

async function pack(
  archive: string,
  paths: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const argv = [
    'tar',
    '-C',
    ROOT,
    ...options,
    '--null',
    '--verbatim-files-from',
    '--files-from=-',
    '-cf',
    archive,
  ]
  await run(argv, { input: paths.join('\0') })
}

/** Relative to the tree. */
function dashboardBuild(): string[] {
  const dist = 'programs/dashboard/dist'
  const current = join(ROOT, dist, 'current')
  return existsSync(current) ? [`${dist}/current`, `${dist}/${readFileSync(current, 'utf8').trim()}`] : []
}
