import { QUOTA_NAMES, type QuotaName } from '@seaworthy/api'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import type { ApiRequestMeter } from './api-request-meter.ts'
import { addToDay, type DailyQuota, dayOf, forgetOldDays, readDay } from './day-counter.ts'
import { quotaExceeded } from './errors.ts'
import { type DefaultLimits, type Limits, readLimits, type Subject, writeLimits } from './quota-limits.ts'
import { STANDING, type StandingQuota, standingUsage } from './quota-usage.ts'
import { UNSAID_RESOURCES } from './reservation.ts'
import { subjectName } from './subject-name.ts'

export interface QuotasOptions {
  store: Store
  defaults: DefaultLimits
  meter: Pick<ApiRequestMeter, 'usedToday' | 'forgetLimits'>
  clock?: Pick<Clock, 'now'>
}

/** Whose quotas an app counts against. */
export type QuotaApp = Pick<AppRow, 'team_id' | 'made_by'>

export interface Spender {
  app: Pick<AppRow, 'team_id'>
  /** Who asked for it; undefined for the machine itself. */
  userId: string | undefined
}

export interface QuotaUse {
  name: QuotaName
  /** null: unlimited. */
  limit: number | null
  used: number
  source: 'default' | 'set'
}

type Change<Result> = (trx: Transaction) => Promise<Result>

/**
 * How much a team or a person may use. What is checked and what is shown is counted by the same queries. Two changes
 * of one subject never pass each other: each waits for the other's transaction, if there is a limit at all.
 */
export class Quotas {
  readonly #options: QuotasOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: QuotasOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /**
   * Runs a change that may use more of something, and undoes it with `quota_exceeded` when it uses more than it may.
   * What uses no more than before always passes, also where a limit was lowered below what is used.
   */
  async hold<Result>(
    app: QuotaApp,
    names: readonly StandingQuota[],
    change: Change<Result>,
  ): Promise<Result> {
    return this.#options.store.transaction(async trx => {
      const limited = await this.#limited(trx, subjectsOf(app), names)
      for (const { subject } of limited) await this.#lock(trx, subject)
      const before = await usages(trx, limited)
      const result = await change(trx)
      const after = await usages(trx, limited)
      for (const [index, { subject, limits }] of limited.entries())
        await this.#refuseMore(trx, subject, limits, { before: before[index]!, after: after[index]! })
      return result
    })
  }

  /** Rejects with `quota_exceeded` where nothing is left, before work begins that would be for nothing. */
  async requireRoom(app: QuotaApp, names: readonly StandingQuota[]): Promise<void> {
    const { db } = this.#options.store
    for (const { subject, limits } of await this.#limited(db, subjectsOf(app), names)) {
      const usage = await standingUsage(db, subject, Object.keys(limits) as StandingQuota[])
      for (const [quota, limit] of Object.entries(limits) as [StandingQuota, number][])
        if (usage[quota]! >= limit) throw await this.#exceeded(db, subject, quota, limit, usage[quota]!)
    }
  }

  /**
   * Counts one of each, for today, and runs the work; what fails is not counted. Rejects with `quota_exceeded` before
   * the work begins.
   */
  async spend<Result>(
    { app, userId }: Spender,
    names: readonly DailyQuota[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    const subjects = spendersOf({ app, userId })
    const day = dayOf(this.#clock.now())
    await this.#take(subjects, names, day)
    try {
      return await work()
    } catch (error) {
      // What went wrong first is what the caller has to hear.
      await this.#giveBack(subjects, names, day).catch(() => {})
      throw error
    }
  }

  /** Rejects with `quota_exceeded` where `spend` would, at this moment. */
  async requireDay(spender: Spender, name: DailyQuota): Promise<void> {
    const { db } = this.#options.store
    const day = dayOf(this.#clock.now())
    for (const { subject, limits } of await this.#limited(db, spendersOf(spender), [name])) {
      const used = await readDay(db, subject, name, day)
      if (used >= limits[name]!) throw await this.#exceeded(db, subject, name, limits[name]!, used)
    }
  }

  /** Every quota of a subject with its usage. */
  async describe(subject: Subject): Promise<QuotaUse[]> {
    const { store, defaults } = this.#options
    const { limits, set } = await readLimits(store.db, subject, defaults)
    const standing = await standingUsage(store.db, subject, STANDING)
    const day = dayOf(this.#clock.now())
    const daily = {
      buildsPerDay: await readDay(store.db, subject, 'buildsPerDay', day),
      deploymentsPerDay: await readDay(store.db, subject, 'deploymentsPerDay', day),
      apiRequestsPerDay: await this.#options.meter.usedToday(subject),
    }
    const used = { ...standing, ...daily } as Record<QuotaName, number>
    return QUOTA_NAMES.map(name => ({
      name,
      limit: limits[name],
      used: used[name],
      source: set.has(name) ? 'set' : 'default',
    }))
  }

  async set(subject: Subject, changes: Partial<Record<QuotaName, number | null | 'default'>>): Promise<void> {
    await this.#options.store.transaction(trx => writeLimits(trx, subject, changes))
    this.#options.meter.forgetLimits()
  }

  /** What an instance may use when its app does not say: whatever it likes, unless that is a quota. */
  async instanceDefaults(app: QuotaApp): Promise<{ memoryMb?: number; cpus?: number }> {
    const limited = await this.#limited(this.#options.store.db, subjectsOf(app), ['memoryMb', 'cpus'])
    const names = limited.flatMap(({ limits }) => Object.keys(limits))
    return {
      ...(names.includes('memoryMb') && { memoryMb: UNSAID_RESOURCES.memoryMb }),
      ...(names.includes('cpus') && { cpus: UNSAID_RESOURCES.cpus }),
    }
  }

  /** Days that are long over. */
  async sweep(): Promise<void> {
    await forgetOldDays(this.#options.store.db, this.#clock.now())
  }

  /** The subjects that have a limit on any of the names, with those limits alone. */
  async #limited(
    db: Queryable,
    subjects: readonly Subject[],
    names: readonly QuotaName[],
  ): Promise<Limited[]> {
    const all = await Promise.all(
      subjects.map(async subject => {
        const { limits } = await readLimits(db, subject, this.#options.defaults)
        return { subject, limits: only(limits, names) }
      }),
    )
    return all.filter(({ limits }) => Object.keys(limits).length > 0)
  }

  #lock(trx: Transaction, { kind, id }: Subject): Promise<void> {
    return this.#options.store.lock(trx, `quota:${kind}:${id}`)
  }

  async #refuseMore(
    trx: Queryable,
    subject: Subject,
    limits: Partial<Record<QuotaName, number>>,
    { before, after }: { before: Usage; after: Usage },
  ): Promise<void> {
    for (const [name, limit] of Object.entries(limits) as [StandingQuota, number][])
      if (after[name]! > limit && after[name]! > before[name]!)
        throw await this.#exceeded(trx, subject, name, limit, before[name]!)
  }

  #take(subjects: readonly Subject[], names: readonly DailyQuota[], day: string): Promise<void> {
    return this.#options.store.transaction(async trx => {
      for (const subject of subjects) {
        const { limits } = await readLimits(trx, subject, this.#options.defaults)
        for (const name of names) {
          const used = await addToDay(trx, subject, name, { day, count: 1 })
          const limit = limits[name]
          if (limit !== null && used > limit) throw await this.#exceeded(trx, subject, name, limit, used - 1)
        }
      }
    })
  }

  #giveBack(subjects: readonly Subject[], names: readonly DailyQuota[], day: string): Promise<void> {
    return this.#options.store.transaction(async trx => {
      for (const subject of subjects)
        for (const name of names) await addToDay(trx, subject, name, { day, count: -1 })
    })
  }

  async #exceeded(
    db: Queryable,
    subject: Subject,
    quota: QuotaName,
    limit: number,
    usage: number,
  ): Promise<Error> {
    const isDaily = quota.endsWith('PerDay')
    return quotaExceeded({ quota, subject: await subjectName(db, subject), limit, usage, isDaily })
  }
}

interface Limited {
  subject: Subject
  limits: Partial<Record<QuotaName, number>>
}

type Usage = Partial<Record<StandingQuota, number>>

function usages(db: Queryable, limited: readonly Limited[]): Promise<Usage[]> {
  return Promise.all(
    limited.map(({ subject, limits }) => standingUsage(db, subject, Object.keys(limits) as StandingQuota[])),
  )
}

/** Always in this order, so that two who lock both never wait for each other. */
function subjectsOf({ team_id, made_by }: QuotaApp): Subject[] {
  const team: Subject = { kind: 'team', id: team_id }
  return made_by === null ? [team] : [team, { kind: 'user', id: made_by }]
}

function spendersOf({ app, userId }: Spender): Subject[] {
  const team: Subject = { kind: 'team', id: app.team_id }
  return userId === undefined ? [team] : [team, { kind: 'user', id: userId }]
}

function only(limits: Limits, names: readonly QuotaName[]): Partial<Record<QuotaName, number>> {
  const some = names.map(name => [name, limits[name]] as const).filter(([, limit]) => limit !== null)
  return Object.fromEntries(some)
}
