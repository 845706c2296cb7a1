import type { LogStore } from '@seaworthy/telemetry'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { InstanceEndRow, InstanceRow } from '../store/schema.ts'
import { type End, type EndCause, endOf } from './end-sentence.ts'

export interface InstanceEndsOptions {
  store: Store
  logs: Pick<LogStore, 'query'>
  clock?: Pick<Clock, 'now'>
}

export interface KeptLine {
  /** Milliseconds since 1970. */
  at: number
  stream: 'stdout' | 'stderr'
  text: string
}

const KEPT_LINES = 200
const KEPT_LINE_LENGTH = 1_000
const KEPT_PER_APP = 50
const DAY_MS = 86_400_000

/** Why instances ended that were not simply stopped, with the last that they wrote. */
export class InstanceEnds {
  readonly #options: InstanceEndsOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: InstanceEndsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Call it once its log is complete. Recording it twice is no error: the first cause counts. */
  async record(row: InstanceRow, cause: EndCause): Promise<End> {
    const limits = row.limits_json === null ? {} : (JSON.parse(row.limits_json) as { memoryMb?: number })
    const end = endOf(row.process, cause, limits)
    const values: InstanceEndRow = {
      instance_id: row.id,
      app_id: row.app_id,
      process: row.process,
      reason: end.reason,
      at: this.#clock.now(),
      end_json: JSON.stringify({ ...end, memoryMb: limits.memoryMb ?? null }),
      lines_json: JSON.stringify(await this.#lastLines(row)),
    }
    const { db } = this.#options.store
    await db
      .insertInto('instance_ends')
      .values(values)
      .onConflict(conflict => conflict.doNothing())
      .execute()
    await this.#forgetOld(row.app_id)
    return end
  }

  /** Newest first. */
  list(appId: string, limit: number): Promise<InstanceEndRow[]> {
    return this.#options.store.db
      .selectFrom('instance_ends')
      .selectAll()
      .where('app_id', '=', appId)
      .orderBy('at', 'desc')
      .orderBy('instance_id', 'desc')
      .limit(limit)
      .execute()
  }

  /** Process name → how often it was killed for its memory within the last day. */
  async memoryKills(appId: string): Promise<Map<string, number>> {
    const rows = await this.#options.store.db
      .selectFrom('instance_ends')
      .select(['process', eb => eb.fn.countAll().as('count')])
      .where('app_id', '=', appId)
      .where('reason', '=', 'out-of-memory')
      .where('at', '>=', this.#clock.now() - DAY_MS)
      .groupBy('process')
      .execute()
    return new Map(rows.map(({ process, count }) => [process, Number(count)]))
  }

  async #lastLines({ app_id, id }: InstanceRow): Promise<KeptLine[]> {
    const lines = await this.#options.logs.query({ appId: app_id, instanceId: id, limit: KEPT_LINES })
    return lines.map(({ at, stream, text }) => ({ at, stream, text: text.slice(0, KEPT_LINE_LENGTH) }))
  }

  async #forgetOld(appId: string): Promise<void> {
    const { db } = this.#options.store
    const newest = db
      .selectFrom('instance_ends')
      .select('instance_id')
      .where('app_id', '=', appId)
      .orderBy('at', 'desc')
      .orderBy('instance_id', 'desc')
      .limit(KEPT_PER_APP)
    const kept = (await newest.execute()).map(row => row.instance_id)
    if (kept.length < KEPT_PER_APP) return
    await db
      .deleteFrom('instance_ends')
      .where('app_id', '=', appId)
      .where('instance_id', 'not in', kept)
      .execute()
  }
}
