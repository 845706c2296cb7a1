import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, realpath, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { copyTree, linkTree, removeTree, takeOwnership } from '../copy-tree.ts'
import { stampTree } from './tree-stamp.ts'

interface Entry {
  /** Paths in the work tree, in the order of the entry's folders `0`, `1` … */
  folders: string[]
  digests: string[]
  bytes: number
}

/** Installed dependencies, download caches and build caches of apps. */
export interface DependencyCacheOptions {
  directory: string
  /** Together; what was used least recently goes first. */
  maxBytes: number
  /** Whether apps have users of their own, so that their files change hands on the way in. */
  hasUsers: boolean
  log: Logger
}

/** How a tree and the cache share files. */
export interface Sharing {
  /**
   * `link`: the files in the tree are those of the cache; only where no command of the app will run in the tree, and
   * where its instances are other users than the platform. `copy`: the build may do with its files what it likes.
   */
  how: 'link' | 'copy'
  /** Gives copied folders to the app's user. */
  giveToApp(directory: string): Promise<void>
}

/**
 * Installed dependencies, by app and key. Each app has its own: what one app's install scripts made is never given to
 * another. Entries belong to the platform and are complete or absent.
 */
export class DependencyCache {
  readonly #entries: string
  readonly #downloads: string
  readonly #builds: string
  readonly #maxBytes: number
  readonly #ownsEntries: boolean
  readonly #log: Logger

  constructor({ directory, maxBytes, hasUsers, log }: DependencyCacheOptions) {
    this.#entries = join(directory, 'dependencies')
    this.#downloads = join(directory, 'downloads')
    this.#builds = join(directory, 'builds')
    this.#maxBytes = maxBytes
    this.#ownsEntries = hasUsers
    this.#log = log
  }

  /** Puts the folders of an entry into a tree. False when there is no entry, or when it was damaged (it is then removed). */
  async restore(
    appId: string,
    key: string,
    { tree, staging }: TreePlaces,
    sharing: Sharing,
  ): Promise<boolean> {
    const place = join(this.#entries, appId, key)
    const entry = await readEntry(place)
    if (!entry) return false
    try {
      await this.#takeOut(entry, place, { tree, staging }, sharing)
      await utimes(place, new Date(), new Date())
      return true
    } catch (error) {
      this.#log.warn({ appId, key, err: error }, 'damaged dependency cache entry removed')
      await removeTree(place)
      return false
    } finally {
      await removeTree(staging)
    }
  }

  /** Keeps a tree's folders. A failure (a full disk) is logged, not thrown: the build has what it needs. */
  async store(appId: string, key: string, tree: string, folders: string[], { how }: Sharing): Promise<void> {
    const staging = join(this.#entries, `.staging-${randomUUID()}`)
    try {
      const entry = await this.#putIn(tree, folders, staging, how)
      await writeFile(join(staging, 'entry.json'), JSON.stringify(entry))
      await mkdir(join(this.#entries, appId), { recursive: true, mode: 0o700 })
      await removeTree(join(this.#entries, appId, key))
      await rename(staging, join(this.#entries, appId, key))
    } catch (error) {
      this.#log.warn({ appId, err: error }, 'dependencies were not cached')
    } finally {
      await removeTree(staging)
    }
  }

  /** Moves the app's download cache (of npm, pip …) to `target`; an empty folder when there is none. */
  async takeDownloads(appId: string, target: string): Promise<void> {
    await rename(join(this.#downloads, appId), target).catch(() => mkdir(target, { recursive: true }))
  }

  async giveBackDownloads(appId: string, from: string): Promise<void> {
    await mkdir(this.#downloads, { recursive: true, mode: 0o700 })
    await removeTree(join(this.#downloads, appId))
    await rename(from, join(this.#downloads, appId)).catch(() => removeTree(from))
    await utimes(join(this.#downloads, appId), new Date(), new Date()).catch(() => {})
  }

  /** Moves what a build tool kept of the app's last build into the tree. False when there is nothing. */
  async lendBuildCache(appId: string, folder: string, tree: string): Promise<boolean> {
    const kept = this.#buildCache(appId, folder)
    if (!(await isFolder(kept))) return false
    try {
      await mkdir(join(tree, dirname(folder)), { recursive: true })
      await ensureRealParent(tree, folder)
      await removeTree(join(tree, folder))
      await rename(kept, join(tree, folder))
      return true
    } catch {
      return false // the tree is not as it should be: the tool makes a new one
    }
  }

  async keepBuildCache(appId: string, folder: string, tree: string): Promise<void> {
    const kept = this.#buildCache(appId, folder)
    if (!(await isFolder(join(tree, folder)))) return
    await ensureRealParent(tree, folder)
    await mkdir(dirname(kept), { recursive: true, mode: 0o700 })
    await removeTree(kept)
    await rename(join(tree, folder), kept)
    await utimes(dirname(kept), new Date(), new Date())
  }

  #buildCache(appId: string, folder: string): string {
    return join(this.#builds, appId, folder.replaceAll('/', '-'))
  }

  async forgetApp(appId: string): Promise<void> {
    for (const folder of [this.#entries, this.#downloads, this.#builds]) await removeTree(join(folder, appId))
  }

  /** What apps that are gone left, and what nobody used for long. */
  async unused(rules: UnusedRules): Promise<{ name: string; appId: string; bytes: number }[]> {
    const items = (await this.#items()).filter(item => isUnused(item, rules))
    return items.map(({ name, appId, bytes }) => ({ name, appId, bytes }))
  }

  async removeUnused(rules: UnusedRules): Promise<void> {
    for (const item of await this.#items()) {
      if (isUnused(item, rules)) await removeTree(item.path)
    }
  }

  /** Removes what was used least recently until the rest fits, and what a killed platform left half-made. */
  async trim(): Promise<void> {
    for (const name of await list(this.#entries)) {
      if (name.startsWith('.staging-') && (await isOld(join(this.#entries, name))))
        await removeTree(join(this.#entries, name))
    }
    const items = await this.#items()
    let total = items.reduce((sum, item) => sum + item.bytes, 0)
    for (const { path, bytes } of items.sort((a, b) => a.usedMs - b.usedMs)) {
      if (total <= this.#maxBytes) return
      await removeTree(path)
      this.#log.info({ path, bytes }, 'dependency cache entry evicted')
      total -= bytes
    }
  }

  async #items(): Promise<CacheItem[]> {
    const entries = await foldersTwoDown(this.#entries)
    const others = [this.#downloads, this.#builds].map(async folder =>
      (await list(folder)).map(name => join(folder, name)),
    )
    return Promise.all(
      [...entries, ...(await Promise.all(others)).flat()].map(async path => ({
        path,
        ...namedAfter(relative(dirname(this.#entries), path)),
        bytes: (await readEntry(path))?.bytes ?? (await stampTree(path).catch(() => ({ bytes: 0 }))).bytes,
        usedMs: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0,
      })),
    )
  }

  async #takeOut(
    entry: Entry,
    place: string,
    { tree, staging }: TreePlaces,
    sharing: Sharing,
  ): Promise<void> {
    for (const [index, folder] of entry.folders.entries()) {
      const kept = join(place, String(index))
      const stamp = await stampTree(kept)
      if (stamp.digest !== entry.digests[index]) throw new Error(`${folder} is not as it was stored`)
      await mkdir(staging, { recursive: true })
      await (sharing.how === 'link' ? linkTree : copyTree)(kept, staging)
      if (sharing.how === 'copy') await sharing.giveToApp(staging)
      await ensureRealParent(tree, folder)
      await removeTree(join(tree, folder))
      await rename(staging, join(tree, folder))
    }
  }

  async #putIn(tree: string, folders: string[], staging: string, how: Sharing['how']): Promise<Entry> {
    const entry: Entry = { folders, digests: [], bytes: 0 }
    for (const [index, folder] of folders.entries()) {
      const kept = join(staging, String(index))
      await ensureRealParent(tree, folder)
      await mkdir(kept, { recursive: true, mode: 0o700 })
      await (how === 'link' ? linkTree : copyTree)(join(tree, folder), kept)
      if (this.#ownsEntries) await takeOwnership(kept)
      const { digest, bytes } = await stampTree(kept)
      entry.digests.push(digest)
      entry.bytes += bytes
    }
    return entry
  }
}

export interface UnusedRules {
  isKnownApp(appId: string): boolean
  /** A build of the app is under way: what it has here is left alone. */
  isBuilding(appId: string): boolean
  /** Used since then is used, in milliseconds since 1970. */
  usedSinceMs: number
}

interface CacheItem {
  path: string
  /** `dependencies/app_1/4f0c…` */
  name: string
  appId: string
  bytes: number
  usedMs: number
}

function isUnused(
  { appId, usedMs }: CacheItem,
  { isKnownApp, isBuilding, usedSinceMs }: UnusedRules,
): boolean {
  return !isBuilding(appId) && (!isKnownApp(appId) || usedMs < usedSinceMs)
}

function namedAfter(name: string): { name: string; appId: string } {
  return { name, appId: name.split('/')[1] ?? '' }
}

export interface TreePlaces {
  tree: string
  /** A folder that is not there, on the same file system. */
  staging: string
}

/** An app's script may have put a link where a folder was: we would then read or write elsewhere, with our rights. */
async function ensureRealParent(tree: string, folder: string): Promise<void> {
  const parent = dirname(join(await realpath(tree), folder))
  if ((await realpath(parent)) !== parent) throw new Error(`${dirname(folder)} is a link`)
}

async function readEntry(place: string): Promise<Entry | undefined> {
  const text = await readFile(join(place, 'entry.json'), 'utf8').catch(() => undefined)
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Entry)
  } catch {
    return undefined
  }
}

/** A link to a folder is none. */
async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    info => info.isDirectory(),
    () => false,
  )
}

async function list(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => [])
}

async function foldersTwoDown(directory: string): Promise<string[]> {
  const apps = (await list(directory)).filter(name => !name.startsWith('.'))
  const keys = await Promise.all(
    apps.map(app => list(join(directory, app)).then(names => names.map(name => join(directory, app, name)))),
  )
  return keys.flat()
}

const STALE_STAGING_MS = 60 * 60 * 1000

async function isOld(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined)
  return info !== undefined && Date.now() - info.mtimeMs > STALE_STAGING_MS
}
