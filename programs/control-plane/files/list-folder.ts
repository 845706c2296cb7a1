import type { Dirent, Stats } from 'node:fs'
import { lstat, opendir, readlink } from 'node:fs/promises'
import type { FileEntry } from '@seaworthy/api'
import { fileErrors } from './errors.ts'
import { fail, type Place, shown, withFolder } from './inside-folder.ts'

export interface FolderPage {
  page: number
  limit: number
  order: 'asc' | 'desc'
  /** Only names that hold this. */
  search?: string | undefined
}

/** Above this a listing would hold up everybody else. */
const MAX_ENTRIES = 200_000
const READ_AHEAD = 1_024

/**
 * One page of a folder: folders first, then by name. Only what is on the page is looked at more closely.
 * @param mostEntries for tests
 */
export function listFolder(
  place: Place,
  { page, limit, order, search }: FolderPage,
  mostEntries = MAX_ENTRIES,
): Promise<{ items: FileEntry[]; total: number }> {
  return withFolder(place, async at => {
    const found = await namesIn(at, place, search?.toLowerCase(), mostEntries)
    const direction = order === 'asc' ? 1 : -1
    found.sort(
      (one, other) =>
        Number(other.isFolder) - Number(one.isFolder) || (one.name < other.name ? -1 : 1) * direction,
    )
    const shownNow = found.slice((page - 1) * limit, page * limit)
    return { items: await Promise.all(shownNow.map(({ name }) => entryAt(at, name))), total: found.length }
  })
}

/** What goes while it is looked at is shown by its name alone. */
export async function entryAt(at: string, name: string): Promise<FileEntry> {
  const path = `${at}/${name}`
  const stats = await lstat(path).catch(() => undefined)
  return {
    name,
    kind: stats ? kindOf(stats) : 'other',
    sizeBytes: stats?.isFile() ? stats.size : null,
    modifiedAt: stats ? new Date(stats.mtimeMs).toISOString() : null,
    executable: stats?.isFile() === true && (stats.mode & 0o111) !== 0,
    target: stats?.isSymbolicLink() ? await readlink(path).catch(() => null) : null,
  }
}

function kindOf(stats: Pick<Stats, 'isDirectory' | 'isFile' | 'isSymbolicLink'>): FileEntry['kind'] {
  if (stats.isDirectory()) return 'folder'
  if (stats.isFile()) return 'file'
  return stats.isSymbolicLink() ? 'link' : 'other'
}

interface Found {
  name: string
  isFolder: boolean
}

async function namesIn(
  at: string,
  place: Place,
  search: string | undefined,
  mostEntries: number,
): Promise<Found[]> {
  const found: Found[] = []
  let seen = 0
  const folder = await opendir(at, { bufferSize: READ_AHEAD }).catch(error => fail(error, place))
  for await (const entry of folder as AsyncIterable<Dirent>) {
    if (++seen > mostEntries) throw fileErrors.folder_too_large({ path: shown(place), most: mostEntries })
    if (search === undefined || entry.name.toLowerCase().includes(search))
      found.push({ name: entry.name, isFolder: entry.isDirectory() })
  }
  return found
}
