import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { PackagePlan } from '../detect/build-plan.ts'
import { readInside } from '../read-inside.ts'

/** Parts of package.json that change what an install makes. */
const TELLING_FIELDS = [
  ...['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta'],
  ...[
    'bundleDependencies',
    'bundledDependencies',
    'dependenciesMeta',
    'overrides',
    'resolutions',
    'workspaces',
  ],
  ...['pnpm', 'packageManager', 'allowScripts', 'trustedDependencies', 'engines'],
]
const TELLING_FILES = [
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  'pnpm-workspace.yaml',
  '.pnpmfile.cjs',
  'bunfig.toml',
]
const MAX_PACKAGES = 2000

export interface DependencyFacts {
  directory: string
  packages: PackagePlan
  nodeVersion: string
  managerVersion: string
}

/**
 * A digest of all that decides what an install makes; equal keys, equal `node_modules`.
 * Undefined when that cannot be said: without a lockfile, or with local packages that the manager copies.
 */
export async function dependencyKey(facts: DependencyFacts): Promise<string | undefined> {
  const { directory, packages } = facts
  if (!packages.lockfile) return undefined
  const packageFiles = await findPackageFiles(directory)
  const packageTexts = await Promise.all(packageFiles.map(path => readInside(directory, path)))
  if (packages.name !== 'npm' && packageTexts.some(text => /":\s*"(file|portal):/.test(text ?? '')))
    return undefined
  const hash = createHash('sha256')
  hash.update(JSON.stringify([1, process.platform, process.arch, packages.name, packages.devDependencies]))
  hash.update(JSON.stringify([facts.nodeVersion, facts.managerVersion]))
  for (const [index, path] of packageFiles.entries())
    hash.update(`\0${path}\0${tellingParts(packageTexts[index])}`)
  for (const path of [packages.lockfile, ...TELLING_FILES, ...(await patchFiles(directory))]) {
    hash.update(`\0${path}\0${(await readInside(directory, path)) ?? ''}`)
  }
  return hash.digest('hex')
}

/** All package.json files of the app's own: the root's and those of workspaces. */
async function findPackageFiles(directory: string): Promise<string[]> {
  const found: string[] = []
  await walk(directory, entry => {
    if (entry.name === 'package.json' && entry.isFile())
      found.push(relative(directory, join(entry.parentPath, entry.name)))
  })
  return found.sort().slice(0, MAX_PACKAGES)
}

/** The `node_modules` folders of the app and its workspaces, outermost only. */
export async function findModuleFolders(directory: string): Promise<string[]> {
  const found: string[] = []
  await walk(directory, entry => {
    if (entry.name === 'node_modules' && entry.isDirectory())
      found.push(relative(directory, join(entry.parentPath, entry.name)))
  })
  return found.sort()
}

async function walk(directory: string, visit: (entry: Dirent) => void): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true })
  for (const entry of entries) visit(entry)
  const folders = entries.filter(
    entry => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
  )
  for (const folder of folders) await walk(join(directory, folder.name), visit)
}

function tellingParts(text: string | undefined): string {
  try {
    const json = JSON.parse(text ?? 'null') as Record<string, unknown> | null
    const scripts = json?.scripts as Record<string, string> | undefined
    const installs = ['preinstall', 'install', 'postinstall', 'prepare'].map(name => scripts?.[name])
    return JSON.stringify([TELLING_FIELDS.map(field => json?.[field]), installs])
  } catch {
    return text ?? ''
  }
}

/** patch-package and pnpm keep patches of dependencies here. */
async function patchFiles(directory: string): Promise<string[]> {
  const entries = await readdir(join(directory, 'patches'), { withFileTypes: true }).catch(() => [])
  return entries
    .filter(entry => entry.isFile())
    .map(entry => `patches/${entry.name}`)
    .sort()
}
