import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Folders and files whose contents decide what a build looks like, relative to the repository. */
const SOURCES = [
  'programs/dashboard/src',
  'programs/dashboard/static',
  'programs/dashboard/index.html',
  'programs/dashboard/vite.config.ts',
  'programs/dashboard/package.json',
  'packages/api/src',
  'packages/api/package.json',
  'scripts/dashboard',
  'package-lock.json',
]

/** Of all that a build is made from, by name and content; tests do not count. */
export async function sourceDigest(root: string): Promise<string> {
  const files = (await Promise.all(SOURCES.map(path => listFiles(join(root, path))))).flat().sort()
  const hash = createHash('sha256')
  for (const file of files) {
    const content = await readFile(file)
    hash.update(`${relative(root, file).split(sep).join('/')}\0${content.byteLength}\0`).update(content)
  }
  return hash.digest('hex').slice(0, 16)
}

async function listFiles(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    const files = entries.filter(entry => entry.isFile() && !isTest(entry.name))
    return files.map(({ parentPath, name }) => join(parentPath, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path]
    throw error
  }
}

function isTest(name: string): boolean {
  return /\.test\.tsx?$/.test(name)
}
