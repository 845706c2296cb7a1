import type { Logger } from '@seaworthy/kit'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { VisitRecords } from '../visits/visit-records.ts'
import type { AppMetrics } from './app-metrics.ts'
import type { RequestFigures } from './request-figures.ts'
import type { ResourceFigures } from './resource-figures.ts'
import type { ResourceSampler } from './resource-sampler.ts'

export interface FiguresRecorderOptions {
  edge: Pick<EdgeClient, 'countersSnapshot' | 'visits' | 'forgetVisits'>
  figures: RequestFigures
  sampler: ResourceSampler
  resources: ResourceFigures
  visits: VisitRecords
  metrics: AppMetrics
  /** 10 s unless told. */
  lookEveryMs?: number
  log: Logger
}

const LOOK_EVERY_MS = 10_000
/** Resources are looked at each second time, and written once a minute. */
const SAMPLE_EVERY = 2
const WRITE_RESOURCES_EVERY = 6
const PRUNE_EVERY = 360

/** Asks the edge and the instances every ten seconds, and writes down what is new. */
export class FiguresRecorder {
  readonly #options: FiguresRecorderOptions
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #looks = 0
  /** Parts that failed at the last look: told once, not every ten seconds. */
  readonly #failing = new Set<string>()

  constructor(options: FiguresRecorderOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#options.lookEveryMs ?? LOOK_EVERY_MS)
    void this.look()
  }

  /** Looks once more, so that a planned restart loses nothing. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.look()
    await this.#attempt('resources', () => this.#writeResources())
  }

  /** One look at everything. Never rejects; a look that takes long is not overtaken by the next one. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    const { sampler, figures, resources, visits } = this.#options
    const look = this.#looks++
    await this.#attempt('requests', () => this.#recordRequests())
    await this.#attempt('visits', () => this.#recordVisits())
    if (look % SAMPLE_EVERY === 0) await this.#attempt('samples', () => sampler.look())
    if (look % WRITE_RESOURCES_EVERY === WRITE_RESOURCES_EVERY - 1)
      await this.#attempt('resources', () => this.#writeResources())
    if (look % PRUNE_EVERY === 1)
      await this.#attempt('prune', async () => {
        await figures.prune()
        await resources.prune()
        await visits.prune()
      })
  }

  async #recordRequests(): Promise<void> {
    const { edge, figures, metrics } = this.#options
    const report = await edge.countersSnapshot()
    await metrics.learnNames()
    metrics.count(await figures.record(report), report.counters)
  }

  /** A batch is told again until it is forgotten, and written once however often it is told. */
  async #recordVisits(): Promise<void> {
    const { edge, visits } = this.#options
    const batch = await edge.visits()
    if (batch.apps.length === 0) return
    await visits.record(batch)
    await edge.forgetVisits(batch.id)
  }

  async #writeResources(): Promise<void> {
    const { sampler, resources } = this.#options
    await resources.add(sampler.takeRows())
  }

  async #attempt(part: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#failing.delete(part)
    } catch (error) {
      if (!this.#failing.has(part))
        this.#options.log.warn({ part, err: error }, 'figures could not be written')
      this.#failing.add(part)
    }
  }
}
