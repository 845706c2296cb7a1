import type { Machine } from '@seaworthy/runtime/resources'
import { MINUTE } from '../request-figures/figure-steps.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { InstanceEnds } from './instance-ends.ts'
import { type MemoryAdvice, memoryAdvice, quantile } from './memory-advice.ts'

export interface MemoryFiguresOptions {
  store: Store
  ends: Pick<InstanceEnds, 'memoryKills'>
  machine: Machine
  clock?: Pick<Clock, 'now'>
}

const DAY_MS = 86_400_000
const MB = 1_048_576

/** How much memory the processes of an app use, from the samples of the last day. */
export class MemoryFigures {
  readonly #options: MemoryFiguresOptions

  constructor(options: MemoryFiguresOptions) {
    this.#options = options
  }

  /** Of single instances, in MB: in nineteen of twenty minutes it was no more. Undefined where nothing was seen. */
  async p95Mb(appId: string, process: string): Promise<number | undefined> {
    const { store, clock = systemClock } = this.#options
    const rows = await store.db
      .selectFrom('resource_figures')
      .select('memory_bytes')
      .where('app_id', '=', appId)
      .where('step', '=', MINUTE)
      .where('process', '=', process)
      .where('at', '>=', clock.now() - DAY_MS)
      .execute()
    const bytes = quantile(
      rows.map(row => Number(row.memory_bytes)),
      0.95,
    )
    return bytes === undefined ? undefined : Math.round(bytes / MB)
  }

  async adviceFor(
    appId: string,
    process: string,
    limitMb: number | undefined,
  ): Promise<MemoryAdvice | undefined> {
    const { ends, machine } = this.#options
    const kills = await ends.memoryKills(appId)
    const p95Mb = await this.p95Mb(appId, process)
    return memoryAdvice({ limitMb, killsToday: kills.get(process) ?? 0, p95Mb, machineMb: machine.memoryMb })
  }
}
