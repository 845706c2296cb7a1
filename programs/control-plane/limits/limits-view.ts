import type { AppLimits as AppLimitsDocument, ProcessLimits } from '@seaworthy/api'
import { type EffectiveResources, LIMIT_NAMES, type LimitName } from '@seaworthy/runtime/resources'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import { lastingProcesses } from '../instances/instance-plan.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { InstanceUsage } from '../request-figures/resource-sampler.ts'
import type { AppRow } from '../store/schema.ts'
import type { AppLimits } from './app-limits.ts'
import type { InstanceEnds } from './instance-ends.ts'
import { memoryAdvice } from './memory-advice.ts'
import type { MemoryFigures } from './memory-figures.ts'

export interface LimitsViewOptions {
  appLimits: AppLimits
  instanceEnds: InstanceEnds
  memoryFigures: MemoryFigures
  releases: Releases
  manager: Pick<InstanceManager, 'live' | 'sample' | 'examine'>
  usage: () => ReadonlyMap<string, InstanceUsage>
  /** What this server can hold instances to. */
  enforced: ReadonlySet<LimitName>
  /** What it cannot give, in sentences. */
  shortcomings: readonly string[]
}

type LimitedSettings = Pick<ReleaseSettings, 'processes' | 'resources'>
type Used = Partial<Record<LimitName, number>>

const MB = 1_048_576

/** Limits of an app beside what its instances use. */
export class LimitsView {
  readonly #options: LimitsViewOptions

  constructor(options: LimitsViewOptions) {
    this.#options = options
  }

  async show(app: AppRow): Promise<AppLimitsDocument> {
    const { appLimits, instanceEnds, shortcomings } = this.#options
    const settings = (await this.#settings(app)) ?? { processes: {}, resources: {} }
    const kills = await instanceEnds.memoryKills(app.id)
    const names = lastingProcesses(settings.processes)
    return {
      processes: await Promise.all(
        names.map(async process => {
          const effective = await appLimits.effective(app, settings, process)
          return this.#process(app, process, effective, kills.get(process) ?? 0)
        }),
      ),
      own: await appLimits.own(app.id),
      machine: appLimits.machine,
      notes: [...shortcomings],
    }
  }

  /** Those of the release that serves that last; undefined before the first one. */
  async processes(app: AppRow): Promise<string[] | undefined> {
    const settings = await this.#settings(app)
    return settings && lastingProcesses(settings.processes)
  }

  async #settings({ current_release_id: id }: AppRow): Promise<LimitedSettings | undefined> {
    const release = id ? await this.#options.releases.getById(id) : undefined
    return release && JSON.parse(release.settings_json)
  }

  async #process(
    app: AppRow,
    process: string,
    { limits, from, recycle }: EffectiveResources,
    killsToday: number,
  ): Promise<ProcessLimits> {
    const { manager, memoryFigures, appLimits, enforced } = this.#options
    const running = manager.live(app.id).filter(live => live.row.process === process && !live.stopping)
    const used = await this.#used(running)
    const p95Mb = await memoryFigures.p95Mb(app.id, process)
    const { memoryMb: machineMb } = appLimits.machine
    const advice = memoryAdvice({ limitMb: limits.memoryMb, killsToday, p95Mb, machineMb })
    return {
      process,
      instances: running.length,
      limits: LIMIT_NAMES.map(name => ({
        name,
        limit: limits[name] ?? null,
        from: from[name] ?? null,
        used: used[name] ?? null,
        isEnforced: enforced.has(name),
      })),
      recycle: { memoryMb: recycle.memoryMb ?? null, afterHours: recycle.afterHours ?? null },
      memory: {
        ...{ p95Mb: p95Mb ?? null, killsToday },
        ...{ advice: advice?.sentence ?? null, tryMb: advice?.tryMb ?? null },
      },
    }
  }

  /** Each at its most, over all instances. One that ends meanwhile is left out. */
  async #used(running: readonly LiveInstance[]): Promise<Used> {
    const all = await Promise.all(running.map(live => this.#usedBy(live).catch(() => ({}) as Used)))
    const most = LIMIT_NAMES.map(name => [name, all.flatMap(used => used[name] ?? [])] as const)
    return Object.fromEntries(
      most.filter(([, values]) => values.length > 0).map(([name, values]) => [name, Math.max(...values)]),
    )
  }

  async #usedBy(live: LiveInstance): Promise<Used> {
    const { manager, usage } = this.#options
    const [{ memoryBytes, processes }, found] = await Promise.all([
      manager.sample(live),
      manager.examine(live),
    ])
    const cpus = usage().get(live.row.id)?.cpus
    return {
      memoryMb: Math.round(memoryBytes / MB),
      ...(found ? { diskMb: Math.round(found.diskBytes / MB), openFiles: found.openFiles } : {}),
      ...(processes === undefined ? {} : { processes }),
      ...(cpus === undefined ? {} : { cpus: Math.round(cpus * 100) / 100 }),
    }
  }
}
