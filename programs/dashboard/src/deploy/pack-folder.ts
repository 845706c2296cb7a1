/** A chosen folder as a .tar.gz, without what a build does not need. */
import ignore, { type Ignore } from 'ignore'
import { packTar } from 'modern-tar'
import type { FolderFile } from './dropped-files.ts'

export interface Selection {
  files: readonly FolderFile[]
  /** How many of the folder's files stay behind. */
  leftOut: number
  totalBytes: number
}

const NEVER = new Set(['.git', 'node_modules', '.DS_Store'])

/** Leaves out `.git`, `node_modules` and what the folder's `.gitignore` files name, as the command line does. */
export async function selectFiles(all: readonly FolderFile[]): Promise<Selection> {
  const rules = await readRules(all)
  const files = all.filter(({ path }) => !isLeftOut(path, rules))
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0)
  return { files, leftOut: all.length - files.length, totalBytes }
}

export async function packFiles(files: readonly FolderFile[]): Promise<Blob> {
  const entries = await Promise.all(
    files.map(async ({ path, file }) => ({
      header: { name: `./${path}`, size: file.size, mode: 0o644, mtime: new Date(file.lastModified) },
      body: await file.arrayBuffer().then(content => new Uint8Array(content)),
    })),
  )
  const tar = await packTar(entries)
  return new Response(new Blob([tar as BlobPart]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
}

/** The rules by the folder that they hold for, with `/` at its end. */
async function readRules(all: readonly FolderFile[]): Promise<[folder: string, rules: Ignore][]> {
  const found = all.filter(({ path }) => path.split('/').at(-1) === '.gitignore')
  return Promise.all(
    found.map(async ({ path, file }) => {
      const rules = ignore({ ignorecase: false }).add(await file.text())
      return [path.slice(0, -'.gitignore'.length), rules] satisfies [string, Ignore]
    }),
  )
}

function isLeftOut(path: string, rules: readonly [string, Ignore][]): boolean {
  if (path.split('/').some(part => NEVER.has(part))) return true
  return rules.some(([folder, rule]) => path.startsWith(folder) && rule.ignores(path.slice(folder.length)))
}
