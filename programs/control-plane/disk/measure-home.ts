import type { Dir, Stats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DiskKind } from '@seaworthy/api'
import { type Attribution, attribute } from './disk-kinds.ts'

export interface MeasuredPart extends Attribution {
  bytes: number
  files: number
}

const BLOCK_BYTES = 512
/** After so many files the disk gets a rest, so that a large home does not keep others waiting. */
const FILES_AT_ONCE = 400
const REST_MS = 4

/**
 * What each part of the home takes on the disk. One file at a time, without following links, and not into other file
 * systems. A file with several names counts for the first that is met; what goes while it is counted counts nothing.
 */
export async function measureHome(home: string, signal?: AbortSignal): Promise<MeasuredPart[]> {
  const root = await lstat(home)
  const walk = new Walk(root.dev, signal)
  await walk.folder(home, '')
  return [...walk.parts.values()]
}

class Walk {
  readonly parts = new Map<string, MeasuredPart>()
  readonly #seen = new Set<number>()
  readonly #device: number
  readonly #signal: AbortSignal | undefined
  #files = 0

  constructor(device: number, signal: AbortSignal | undefined) {
    this.#device = device
    this.#signal = signal
  }

  async folder(path: string, inside: string): Promise<void> {
    const folder = await open(path)
    if (!folder) return
    for await (const { name } of folder)
      await this.#entry(join(path, name), inside === '' ? name : `${inside}/${name}`)
  }

  async #entry(path: string, inside: string): Promise<void> {
    this.#signal?.throwIfAborted()
    const stats = await lstat(path).catch(() => undefined)
    if (!stats || stats.dev !== this.#device || this.#isSeen(stats)) return
    this.#add(attribute(inside), stats.blocks * BLOCK_BYTES)
    this.#files += 1
    if (this.#files % FILES_AT_ONCE === 0) await sleep(REST_MS)
    if (stats.isDirectory()) await this.folder(path, inside)
  }

  #isSeen({ nlink, ino, ...stats }: Stats): boolean {
    if (nlink < 2 || (stats.mode & 0o170000) === 0o040000) return false
    if (this.#seen.has(ino)) return true
    this.#seen.add(ino)
    return false
  }

  #add(what: Attribution, bytes: number): void {
    const key = `${what.kind} ${what.appId ?? ''} ${what.digest ?? ''} ${what.place ?? ''}`
    const part = this.parts.get(key) ?? { ...what, bytes: 0, files: 0 }
    part.bytes += bytes
    part.files += 1
    this.parts.set(key, part)
  }
}

async function open(path: string): Promise<Dir | undefined> {
  return opendir(path).catch(() => undefined)
}

export interface DiskSum {
  kind: DiskKind
  appId: string | null
  bytes: number
  /** Where it lies, the largest first; only of what the platform did not make. */
  places?: string[]
}

const MOST_PLACES = 10

/** By kind and app, the largest first. */
export function sumUp(parts: readonly MeasuredPart[]): DiskSum[] {
  const sums = new Map<string, DiskSum>()
  for (const { kind, appId = null, bytes, place } of parts.toSorted(
    (one, other) => other.bytes - one.bytes,
  )) {
    const key = `${kind} ${appId}`
    const sum = sums.get(key) ?? { kind, appId, bytes: 0 }
    sum.bytes += bytes
    if (place !== undefined) sum.places = [...(sum.places ?? []), place].slice(0, MOST_PLACES)
    sums.set(key, sum)
  }
  return [...sums.values()].sort((one, other) => other.bytes - one.bytes)
}
