import type { Logger } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import { addToDay, dayOf, readDay } from './day-counter.ts'
import { quotaExceeded } from './errors.ts'
import { type DefaultLimits, readLimits, type Subject } from './quota-limits.ts'
import { subjectName } from './subject-name.ts'

export interface ApiRequestMeterOptions {
  store: Store
  defaults: DefaultLimits
  log: Logger
  clock?: Pick<Clock, 'now'>
  /** How long counts may stay in memory. 5 s unless told. */
  writeAfterMs?: number
  /** How long a limit is believed without asking the database again. 10 s unless told. */
  believeMs?: number
}

interface Count {
  subject: Subject
  day: string
  /** As the database said when it was last asked. */
  written: number
  /** What it does not know yet. */
  pending: number
  limit: number | null
  /** When the limit is asked for again. */
  limitUntil: number
}

const NAME = 'apiRequestsPerDay'

/**
 * Counts API requests by day. A write for each request would cost a wait for the disk, so counts are gathered and
 * written together: a kill loses the last seconds of them, and several control planes may together let that many
 * too many pass.
 */
export class ApiRequestMeter {
  readonly #options: ApiRequestMeterOptions
  readonly #clock: Pick<Clock, 'now'>
  readonly #counts = new Map<string, Promise<Count>>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: ApiRequestMeterOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Rejects with `quota_exceeded`, and then counts for nobody. */
  async count(subjects: readonly Subject[]): Promise<void> {
    const counts = await Promise.all(subjects.map(subject => this.#countOf(subject)))
    // No waiting between the look and the change: of many at once, exactly as many pass as are left.
    const full = counts.find(({ limit, written, pending }) => limit !== null && written + pending >= limit)
    if (full) throw await this.#exceeded(full)
    for (const count of counts) count.pending += 1
    this.#timer ??= setTimeout(() => this.#writeQuietly(), this.#options.writeAfterMs ?? 5_000).unref()
  }

  async usedToday(subject: Subject): Promise<number> {
    const { written, pending } = await this.#countOf(subject)
    return written + pending
  }

  /** After a limit was changed. */
  forgetLimits(): void {
    for (const count of this.#counts.values())
      count.then(
        known => {
          known.limitUntil = 0
        },
        () => {},
      )
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.#write()
  }

  async #countOf(subject: Subject): Promise<Count> {
    const day = dayOf(this.#clock.now())
    const key = keyOf(subject, day)
    const count = await (this.#counts.get(key) ?? this.#remember(key, this.#read(subject, day)))
    if (count.limitUntil <= this.#clock.now()) await this.#renewLimit(count)
    return count
  }

  /** Those who ask at once share one look. */
  #remember(key: string, reading: Promise<Count>): Promise<Count> {
    this.#counts.set(key, reading)
    reading.catch(() => this.#counts.delete(key))
    return reading
  }

  async #read(subject: Subject, day: string): Promise<Count> {
    const { db } = this.#options.store
    const { limits } = await readLimits(db, subject, this.#options.defaults)
    const written = await readDay(db, subject, NAME, day)
    return { subject, day, written, pending: 0, limit: limits[NAME], limitUntil: this.#believeUntil() }
  }

  async #renewLimit(count: Count): Promise<void> {
    count.limitUntil = this.#believeUntil()
    const { limits } = await readLimits(this.#options.store.db, count.subject, this.#options.defaults)
    count.limit = limits[NAME]
  }

  #believeUntil(): number {
    return this.#clock.now() + (this.#options.believeMs ?? 10_000)
  }

  async #writeQuietly(): Promise<void> {
    await this.#write().catch(error => {
      this.#options.log.warn({ err: error }, 'could not write the counts of API requests')
    })
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const counts = await Promise.all(this.#counts.values())
    await Promise.all(counts.filter(({ pending }) => pending > 0).map(count => this.#writeOne(count)))
    const today = dayOf(this.#clock.now())
    for (const { subject, day, pending } of counts)
      if (pending === 0 && day !== today) this.#counts.delete(keyOf(subject, day))
  }

  async #writeOne(count: Count): Promise<void> {
    const { pending, subject, day } = count
    // They count as written from now on; what comes meanwhile is pending for the next time.
    count.pending -= pending
    count.written += pending
    try {
      count.written = await addToDay(this.#options.store.db, subject, NAME, { day, count: pending })
    } catch (error) {
      count.pending += pending
      count.written -= pending
      throw error
    }
  }

  async #exceeded({ subject, limit, written, pending }: Count): Promise<Error> {
    const name = await subjectName(this.#options.store.db, subject)
    const usage = written + pending
    return quotaExceeded({ quota: NAME, subject: name, limit: limit!, usage, isDaily: true })
  }
}

function keyOf({ kind, id }: Subject, day: string): string {
  return `${kind}:${id}:${day}`
}
