import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../copy-tree.ts'

/**
 * Folders in the work tree that only the build needs, removed before the release. Both lie directly in the tree: what
 * lies deeper could be reached through a link that the app has put there, with our rights.
 */
export const BUILD_HOME = '.seaworthy-home'
export const BUILD_DOWNLOADS = '.seaworthy-cache'

/** Where one build does its work, all on one file system so that moving is renaming. */
export interface BuildFolders {
  root: string
  /** The work tree: writable for the app's user. */
  tree: string
  /** Output of each command; only the platform reads it. */
  output: string
  /** Things on their way into the tree. */
  staging: string
  /** The finished tree, after everything else is gone. */
  finished: string
}

export function foldersOf(buildsDirectory: string, id: string): BuildFolders {
  const root = join(buildsDirectory, 'running', id)
  return {
    root,
    tree: join(root, 'tree'),
    output: join(root, 'output'),
    staging: join(root, 'staging'),
    finished: join(buildsDirectory, 'finished', id),
  }
}

/** Makes them fresh: an earlier try of the same build may have left some. */
export async function createFolders(folders: BuildFolders): Promise<void> {
  await removeFolders(folders)
  await mkdir(folders.tree, { recursive: true, mode: 0o755 })
  await mkdir(folders.output, { mode: 0o700 })
}

export async function removeFolders(folders: BuildFolders): Promise<void> {
  await removeTree(folders.root)
  await removeTree(folders.finished)
}
