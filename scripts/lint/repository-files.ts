import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const SKIPPED = new Set(['node_modules', '.git', 'dist', 'coverage', '.next', '.seaworthy', '__pycache__'])

/** Paths of the repository's own files below `root`, relative, with `/`. Fixtures are input, not code of ours. */
export async function repositoryFiles(root: string, extensions: string[]): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true })
  const nested = entries
    .filter(({ name }) => !SKIPPED.has(name) && name !== 'fixtures')
    .map(async entry => {
      if (!entry.isDirectory())
        return entry.isFile() && hasExtension(entry.name, extensions) ? [entry.name] : []
      const below = await repositoryFiles(join(root, entry.name), extensions)
      return below.map(path => `${entry.name}/${path}`)
    })
  return (await Promise.all(nested)).flat().sort()
}

function hasExtension(name: string, extensions: string[]): boolean {
  return extensions.some(extension => name.endsWith(extension))
}
