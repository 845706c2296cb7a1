import type { StatsFs } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { defineErrors } from '@seaworthy/kit'

export interface DiskSpace {
  totalBytes: number
  /** For us: root's own reserve does not count. */
  freeBytes: number
}

const errors = defineErrors({
  disk_full: {
    status: 507,
    message:
      'There is no room for {what} on the disk of {whose}: {free} MB are free, {needed} MB are needed, and {kept} MB stay free for what runs. {hint}',
  },
})

const MB = 1_048_576
/** What builds and uploads leave free, so that databases and logs of what runs can go on. */
const MOST_KEPT_BYTES = 512 * MB
const KEPT_SHARE = 0.02

export interface RoomRequest {
  /** As in "there is no room for …". */
  what: string
  neededBytes: number
}

export interface DiskRoomOptions {
  home: string
  /** What a reclaim would free, as far as it is known. */
  reclaimableBytes: () => number
}

/** Whether something still fits on the disk of the home. */
export class DiskRoom {
  readonly #options: DiskRoomOptions

  constructor(options: DiskRoomOptions) {
    this.#options = options
  }

  get reclaimableBytes(): number {
    return this.#options.reclaimableBytes()
  }

  async space(): Promise<DiskSpace> {
    return spaceOf(await statfs(this.#options.home))
  }

  /**
   * @throws `disk_full` with what is free, what is needed and what would help
   */
  async require(request: RoomRequest): Promise<void> {
    const { reclaimableBytes } = this
    requireSpace(await this.space(), { ...request, whose: "the platform's home", reclaimableBytes })
  }
}

/**
 * @param request with `whose`: as in "on the disk of …"
 * @throws `disk_full`
 */
export function requireSpace(
  { totalBytes, freeBytes }: DiskSpace,
  { what, whose, neededBytes, reclaimableBytes }: RoomRequest & { whose: string; reclaimableBytes: number },
): void {
  const kept = keptBytes(totalBytes)
  if (freeBytes >= neededBytes + kept) return
  throw errors.disk_full({
    what,
    whose,
    free: inMb(freeBytes),
    needed: inMb(neededBytes),
    kept: inMb(kept),
    hint: hintOf(reclaimableBytes),
  })
}

function hintOf(reclaimableBytes: number): string {
  if (reclaimableBytes < MB) return 'Look at what takes it: seaworthy disk.'
  return `seaworthy disk reclaim would free about ${inMb(reclaimableBytes)} MB.`
}

/** What is left for what runs, of a disk of this size. */
export function keptBytes(totalBytes: number): number {
  return Math.min(MOST_KEPT_BYTES, totalBytes * KEPT_SHARE)
}

export function spaceOf({ blocks, bavail, bsize }: Pick<StatsFs, 'blocks' | 'bavail' | 'bsize'>): DiskSpace {
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}

function inMb(bytes: number): number {
  return Math.ceil(bytes / MB)
}
