/**
 * Opens what lies in a folder that an app may fill and change at any moment. Each part of a path is opened within the
 * folder before it, by that folder's descriptor, and never through a link: what is swapped for a link meanwhile is
 * refused, not followed (openat with O_NOFOLLOW, by way of /proc/self/fd).
 */
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { fileErrors } from './errors.ts'

export interface Place {
  /** Absolute, made by the platform. */
  root: string
  /** Below it, checked by its schema; '' for the root itself. */
  path: string
  /** For sentences: `release v3 of shop`. */
  where: string
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/** Calls `use` with a path of the folder that stays true while it works. */
export async function withFolder<Result>(
  place: Place,
  use: (at: string) => Promise<Result>,
): Promise<Result> {
  let folder = await openFolder(place.root, place)
  try {
    for (const name of partsOf(place.path)) {
      const next = await openFolder(`${pathOf(folder)}/${name}`, place)
      await folder.close()
      folder = next
    }
    return await use(pathOf(folder))
  } finally {
    await folder.close()
  }
}

/** What the path names, without following it. */
export function statInside(place: Place): Promise<Stats> {
  return withParent(place, at => lstat(at).catch(error => fail(error, place)))
}

/** A regular file. It must be closed. Opening neither waits for a pipe nor wakes a device. */
export function openFile(place: Place): Promise<FileHandle> {
  return withParent(place, async at => {
    const stats = await lstat(at).catch(error => fail(error, place))
    if (!stats.isFile()) throw fileErrors.not_a_file({ path: shown(place) })
    const handle = await open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(error => fail(error, place))
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw fileErrors.not_a_file({ path: shown(place) })
  })
}

/** Calls `use` with where in its folder the thing lies. The root has no such place. */
export function withParent<Result>(place: Place, use: (at: string) => Promise<Result>): Promise<Result> {
  const parts = partsOf(place.path)
  const name = parts.pop()
  if (name === undefined) throw fileErrors.not_a_file({ path: shown(place) })
  return withFolder({ ...place, path: parts.join('/') }, at => use(`${at}/${name}`))
}

/** For sentences. A path may be as long as 4,096 characters. */
export function shown({ path }: Pick<Place, 'path'>): string {
  if (path === '') return 'The root'
  return path.length > 200 ? `${path.slice(0, 200)}…` : path
}

async function openFolder(path: string, place: Place): Promise<FileHandle> {
  try {
    return await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    return fail(error, place)
  }
}

function pathOf({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`
}

function partsOf(path: string): string[] {
  return path === '' ? [] : path.split('/')
}

/** The operating system's word as ours. */
export function fail(error: unknown, place: Place): never {
  const path = shown(place)
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENAMETOOLONG':
    case 'ESTALE':
      throw fileErrors.file_not_found({ path, where: place.where }, { cause: error })
    case 'ENOTDIR':
    case 'ELOOP':
      throw fileErrors.not_a_folder({ path }, { cause: error })
    case 'EACCES':
    case 'EPERM':
      throw fileErrors.file_unreadable({ path }, { cause: error })
    default:
      throw error
  }
}
