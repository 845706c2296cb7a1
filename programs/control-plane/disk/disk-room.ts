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
      'There is no room for {what} on the disk of the server: {free} MB are free, {needed} MB are needed, and {kept} MB stay free for what runs. {hint}',
  },
})

const MB = 1_048_576
/** What builds and uploads leave free, so that databases and logs of what runs can go on. */
const MOST_KEPT_BYTES = 512 * MB
const KEPT_SHARE = 0.02

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

  async space(): Promise<DiskSpace> {
    return spaceOf(await statfs(this.#options.home))
  }

  /**
   * @param what as in "there is no room for …"
   * @throws `disk_full` with what is free, what is needed and what would help
   */
  async require({ what, neededBytes }: { what: string; neededBytes: number }): Promise<void> {
    const { totalBytes, freeBytes } = await this.space()
    const keptBytes = Math.min(MOST_KEPT_BYTES, totalBytes * KEPT_SHARE)
    if (freeBytes >= neededBytes + keptBytes) return
    throw errors.disk_full({
      what,
      free: inMb(freeBytes),
      needed: inMb(neededBytes),
      kept: inMb(keptBytes),
      hint: this.#hint(),
    })
  }

  #hint(): string {
    const bytes = this.#options.reclaimableBytes()
    if (bytes < MB) return 'Look at what takes it: seaworthy disk.'
    return `seaworthy disk reclaim would free about ${inMb(bytes)} MB.`
  }
}

export function spaceOf({ blocks, bavail, bsize }: Pick<StatsFs, 'blocks' | 'bavail' | 'bsize'>): DiskSpace {
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}

function inMb(bytes: number): number {
  return Math.ceil(bytes / MB)
}
