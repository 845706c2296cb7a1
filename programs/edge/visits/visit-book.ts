import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppVisits, VisitBatch } from '@seaworthy/routes'
import type { EdgeLog } from '../edge-log.ts'
import { replaceFile } from '../replace-file.ts'
import { VisitDay } from './visit-day.ts'
import type { AppViews } from './visit-messages.ts'
import { VisitSums } from './visit-sums.ts'

export interface VisitBookOptions {
  /** Only for us to enter. */
  directory: string
  /** Tells all workers of the new day's salt. */
  announceSalt(salt: string): void
  log: EdgeLog
}

const SAVE_EVERY_MS = 10_000
const PENDING = /^pending-(\d+)\.json$/

/**
 * What the workers saw of visits, until somebody fetched it: `batch` gives the same batch again and again until
 * `forget`, so that it can be written down exactly once. All is in a file within ten seconds, which the next edge
 * takes over, and is bounded (see `VisitSums`).
 */
export class VisitBook {
  readonly #options: VisitBookOptions
  readonly #day: VisitDay
  #open = new VisitSums()
  #sealed: VisitBatch | undefined
  #batches = 0
  #changed = false
  #timer: NodeJS.Timeout | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(options: VisitBookOptions) {
    this.#options = options
    this.#day = new VisitDay({ file: join(options.directory, 'day.json') })
  }

  get salt(): string {
    return this.#day.salt
  }

  async start(): Promise<void> {
    await this.#day.load()
    await this.#takeOver()
    this.#timer = setInterval(() => void this.#tick(), SAVE_EVERY_MS).unref()
  }

  /** Writes down what is left, for the next edge. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#save()
  }

  /** What a worker saw. */
  add(views: readonly AppViews[]): void {
    for (const { visitors, ...seen } of views) {
      this.#open.add({ ...seen, visits: this.#day.newVisitors(seen.appId, visitors) })
    }
    this.#changed = true
  }

  /** What nobody has fetched yet; undefined for nothing. */
  batch(): VisitBatch | undefined {
    if (this.#sealed || this.#open.isEmpty) return this.#sealed
    // Never the same twice, not even by two edges: who has written one down knows it again.
    this.#sealed = { id: `${Date.now()}-${process.pid}-${++this.#batches}`, apps: this.#open.list() }
    this.#open = new VisitSums()
    this.#changed = true
    return this.#sealed
  }

  /** The batch is written down elsewhere. One that is gone already is no error. */
  forget(id: string): void {
    if (this.#sealed?.id !== id) return
    this.#sealed = undefined
    this.#changed = true
  }

  async #tick(): Promise<void> {
    if (this.#day.turn()) this.#options.announceSalt(this.#day.salt)
    await this.#takeOver()
    await this.#save()
  }

  #save(): Promise<void> {
    this.#saving = this.#saving
      .then(() => this.#saveNow())
      .catch(error => {
        this.#changed = true
        this.#options.log.error({ error: (error as Error).message }, 'visits could not be written down')
      })
    return this.#saving
  }

  async #saveNow(): Promise<void> {
    await this.#day.save()
    if (!this.#changed) return
    this.#changed = false
    const file = this.#fileOf(process.pid)
    if (!this.#sealed && this.#open.isEmpty) await rm(file, { force: true })
    else await replaceFile(file, JSON.stringify({ sealed: this.#sealed, open: this.#open.list() }))
  }

  /** What edges left that are gone. */
  async #takeOver(): Promise<void> {
    const names = await readdir(this.#options.directory).catch(() => [])
    for (const name of names) {
      const pid = Number(PENDING.exec(name)?.[1])
      if (pid > 0 && pid !== process.pid && !isAlive(pid)) await this.#takeOverFile(this.#fileOf(pid))
    }
  }

  async #takeOverFile(file: string): Promise<void> {
    try {
      const left = JSON.parse(await readFile(file, 'utf8')) as { sealed?: VisitBatch; open: AppVisits[] }
      // A batch that may have been written down already keeps its id, so that it is not written twice.
      if (left.sealed && !this.#sealed) this.#sealed = left.sealed
      else for (const visits of left.sealed?.apps ?? []) this.#open.add(visits)
      for (const visits of left.open) this.#open.add(visits)
      this.#changed = true
      await this.#saveNow()
    } catch (error) {
      this.#options.log.error({ file, error: (error as Error).message }, 'visits of an earlier edge are lost')
    }
    await rm(file, { force: true })
  }

  #fileOf(pid: number): string {
    return join(this.#options.directory, `pending-${pid}.json`)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
