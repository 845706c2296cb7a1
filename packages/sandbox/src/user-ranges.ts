import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A platform and the id of its apps' first user. */
export interface UserRange {
  home: string
  firstUserId: number
}

export interface UserRangeOptions extends UserRange {
  /** Where the platforms of this host tell each other; lost when the host is started anew, and so are their processes. */
  folder: string
}

export interface UserRangeClaim {
  /** Other platforms of this host whose apps may have the same users. */
  rivals: UserRange[]
  /** A first id that leaves room for everybody. */
  freeFirstId: number
  /** Nothing of this platform runs any more. */
  release(): Promise<void>
}

/** As many users are counted as a platform's. Each app that is ever made takes one number. */
export const USERS_OF_PLATFORM = 100_000

/**
 * Tells the other platforms of this host which users the apps of this one have, and who has the same. A platform that
 * was killed keeps its range, as its apps run on; one whose home is gone loses it.
 */
export async function claimUserRange({ folder, ...own }: UserRangeOptions): Promise<UserRangeClaim> {
  const name = `${createHash('sha256').update(own.home).digest('hex').slice(0, 16)}.json`
  // Written before the others are read: of two that start at once at least one sees the other.
  await writeRange(folder, name, own)
  const others = await otherRanges(folder, name)
  return {
    rivals: others.filter(other => overlap(own, other)),
    freeFirstId: freeFirstId([own, ...others]),
    release: () => forgetRange(folder, name),
  }
}

async function writeRange(folder: string, name: string, range: UserRange): Promise<void> {
  const fresh = join(folder, `.${name}.${process.pid}`)
  for (let attempts = 1; ; attempts++) {
    await mkdir(folder, { recursive: true, mode: 0o755 })
    try {
      await writeFile(fresh, JSON.stringify(range), { mode: 0o600 })
      return await rename(fresh, join(folder, name))
    } catch (error) {
      // Another platform that ended has just taken the empty folder away.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempts === 5) throw error
    }
  }
}

async function otherRanges(folder: string, ownName: string): Promise<UserRange[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.json') && name !== ownName)
  const found: UserRange[] = []
  for (const name of names) {
    const range = await readRange(join(folder, name))
    if (range && (await isThere(range.home))) found.push(range)
    else if (range) await rm(join(folder, name), { force: true })
  }
  return found
}

/** Undefined for what is gone meanwhile, or is nothing that we wrote. */
async function readRange(file: string): Promise<UserRange | undefined> {
  try {
    const { home, firstUserId } = JSON.parse(await readFile(file, 'utf8'))
    return typeof home === 'string' && Number.isSafeInteger(firstUserId) ? { home, firstUserId } : undefined
  } catch {
    return undefined
  }
}

function isThere(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  )
}

async function forgetRange(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { force: true })
  await rmdir(folder).catch(() => undefined) // others are in it
}

function overlap(one: UserRange, other: UserRange): boolean {
  return Math.abs(one.firstUserId - other.firstUserId) < USERS_OF_PLATFORM
}

function freeFirstId(taken: readonly UserRange[]): number {
  return Math.max(...taken.map(({ firstUserId }) => firstUserId)) + USERS_OF_PLATFORM
}
