/** Counts what is different between two trees of source code. */
import type { Dirent } from 'node:fs'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface FileChanges {
  added: number
  changed: number
  removed: number
}

/** More is not worth the wait of the one who looks. */
const MAX_FILES = 20_000
const MAX_COMPARED_BYTES = 64 * 1_048_576

/** Undefined for trees that are too large to compare while somebody waits. */
export async function fileChanges(before: string, after: string): Promise<FileChanges | undefined> {
  const [old, fresh] = await Promise.all([filesOf(before), filesOf(after)])
  if (!old || !fresh) return undefined
  const common = [...fresh.keys()].filter(path => old.has(path))
  const budget = { bytes: MAX_COMPARED_BYTES }
  let changed = 0
  for (const path of common) {
    const isSame = await isSameFile(join(before, path), join(after, path), budget)
    if (isSame === undefined) return undefined
    if (!isSame) changed += 1
  }
  return { added: fresh.size - common.length, changed, removed: old.size - common.length }
}

async function filesOf(root: string): Promise<Map<string, Dirent> | undefined> {
  const files = new Map<string, Dirent>()
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else files.set(path, entry)
      if (files.size > MAX_FILES) return undefined
    }
  }
  return files
}

/** Undefined once too much was read. */
async function isSameFile(
  one: string,
  other: string,
  budget: { bytes: number },
): Promise<boolean | undefined> {
  const links = await Promise.all([one, other].map(path => readlink(path).catch(() => undefined)))
  if (links.some(target => target !== undefined)) return links[0] === links[1]
  const [first, second] = await Promise.all([stat(one), stat(other)])
  if (first.size !== second.size || (first.mode & 0o111) !== (second.mode & 0o111)) return false
  budget.bytes -= 2 * first.size
  if (budget.bytes < 0) return undefined
  const [left, right] = await Promise.all([readFile(one), readFile(other)])
  return left.equals(right)
}
