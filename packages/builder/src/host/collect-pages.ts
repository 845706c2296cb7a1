import { lstat, readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { removeTree } from '../copy-tree.ts'
import type { BuildPlan } from '../detect/build-plan.ts'
import { BuildFailed } from '../errors.ts'

/** In an app whose root is served: what is there for the platform or its tools, not for visitors. */
const NOT_FOR_VISITORS =
  /^(\.(?!well-known$)|node_modules$|seaworthy\.json$|Procfile$|package(-lock)?\.json$)/

/**
 * The folder of finished pages, relative to the tree: the first candidate that is there.
 * @throws {BuildFailed} when there is none, or when it leads out of the tree
 */
export async function findPages(tree: string, pages: NonNullable<BuildPlan['pages']>): Promise<string> {
  const folders = (await Promise.all(pages.candidates.map(candidate => expand(tree, candidate)))).flat()
  for (const folder of folders) {
    if (await isRealFolder(tree, folder)) return folder
  }
  throw collectFailed(
    `The build left no folder to serve: looked for ${pages.candidates.map(name => `"${name}"`).join(', ')}.`,
    'Name the folder in seaworthy.json: "build": { "output": "my-folder" }.',
  )
}

/** Removes what no visitor should see from pages that lie in the app's root. */
export async function hidePrivateFiles(tree: string): Promise<void> {
  const names = await readdir(tree)
  await Promise.all(
    names.filter(name => NOT_FOR_VISITORS.test(name)).map(name => removeTree(join(tree, name))),
  )
}

/**
 * Refuses links that lead out of the pages: the edge, which reads files with the platform's rights, would serve them.
 * @throws {BuildFailed}
 */
export async function ensureNoOutwardLinks(directory: string): Promise<void> {
  const pages = await realpath(directory)
  const entries = await readdir(pages, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter(entry => entry.isSymbolicLink())) {
    const path = join(entry.parentPath, entry.name)
    const target = await realpath(path).catch(() => undefined) // not readlink: a link may go through another
    if (target?.startsWith(pages + sep)) continue
    throw collectFailed(
      `"${relative(pages, path)}" is a link that leads nowhere or out of the folder to serve.`,
      'Copy the file instead of linking it.',
    )
  }
}

async function expand(tree: string, candidate: string): Promise<string[]> {
  const [before, after] = candidate.split('/*')
  if (after === undefined) return [candidate]
  const entries = await readdir(join(tree, before!), { withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isDirectory()).map(entry => `${before}/${entry.name}${after}`)
}

async function isRealFolder(tree: string, folder: string): Promise<boolean> {
  const path = join(await realpath(tree), folder)
  if ((await realpath(path).catch(() => undefined)) !== path) return false
  return (await lstat(path)).isDirectory()
}

function collectFailed(message: string, hint: string): BuildFailed {
  return new BuildFailed(message, { step: 'collect', exitCode: null, lastLines: [], hint })
}
