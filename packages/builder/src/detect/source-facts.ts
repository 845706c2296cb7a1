import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readInside } from '../read-inside.ts'
import { type PackageJson, parsePackageJson } from './package-json.ts'

/** What the detection needs to know about a source tree. Plain data, so that a plan can be made without a disk. */
export interface SourceFacts {
  /** Names in the root; folders end with a slash: `server.js`, `src/`. */
  entries: string[]
  /** Paths one folder down that matter: `src/index.js`, `public/index.html`, `api/package.json`. */
  nested: string[]
  /** Contents of the files that tell something, by path. */
  texts: Record<string, string>
  packageJson?: PackageJson
}

/** Files that are read, when they are there. */
const TELLING_FILES = [
  'package.json',
  'seaworthy.json',
  'Procfile',
  '.nvmrc',
  '.node-version',
  'requirements.txt',
  'pyproject.toml',
  'Pipfile',
  'app.py',
  'main.py',
  'wsgi.py',
  'server.py',
  'manage.py',
  'pnpm-lock.yaml',
  'yarn.lock',
  'Cargo.toml',
  'Gemfile',
  'Gemfile.lock',
  ...configFiles('next.config'),
  ...configFiles('astro.config'),
  ...configFiles('vite.config'),
  ...configFiles('svelte.config'),
]
const NESTED_NAMES =
  /^(package\.json|index\.html|requirements\.txt|wsgi\.py|(index|server|main|app)\.(m|c)?(j|t)s)$/
const MAX_TEXT_LENGTH = 256 * 1024
const MAX_FOLDERS = 100

/** Reads names and the few files that matter; follows no link that leaves the tree. */
export async function collectFacts(directory: string): Promise<SourceFacts> {
  const entries = await listFolder(directory)
  const texts = await readTexts(directory, entries)
  const packageJson =
    texts['package.json'] === undefined ? undefined : parsePackageJson(texts['package.json'])
  return { entries, nested: await listNested(directory, entries), texts, packageJson }
}

function configFiles(name: string): string[] {
  return ['js', 'mjs', 'cjs', 'ts', 'mts'].map(extension => `${name}.${extension}`)
}

async function listFolder(directory: string): Promise<string[]> {
  const found = await readdir(directory, { withFileTypes: true })
  return found.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
}

async function listNested(directory: string, entries: string[]): Promise<string[]> {
  const folders = entries.filter(name => name.endsWith('/') && !/^(\.|node_modules\/)/.test(name))
  const lists = await Promise.all(
    folders.slice(0, MAX_FOLDERS).map(async folder => {
      const names = await listFolder(join(directory, folder))
      return names.filter(name => NESTED_NAMES.test(name)).map(name => folder + name)
    }),
  )
  return lists.flat()
}

async function readTexts(directory: string, entries: string[]): Promise<Record<string, string>> {
  const names = TELLING_FILES.filter(name => entries.includes(name))
  const pairs = await Promise.all(
    names.map(async name => [name, (await readInside(directory, name))?.slice(0, MAX_TEXT_LENGTH)] as const),
  )
  return Object.fromEntries(pairs.filter(([, text]) => text !== undefined)) as Record<string, string>
}
