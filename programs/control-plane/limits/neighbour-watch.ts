import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@seaworthy/kit'
import type { Events } from '../events/events.ts'
import type { InstanceManager, LiveInstance, PrintedSoFar } from '../instances/instance-manager.ts'
import { RegularLook } from '../platform/regular-look.ts'
import type { MachineCpus } from './machine-cpus.ts'
import {
  FULL_PACE,
  type NeighbourFacts,
  type NeighbourPace,
  nextPaces,
  printedRate,
} from './neighbour-rules.ts'

export interface NeighbourWatchOptions {
  manager: Pick<InstanceManager, 'live' | 'cpuTime' | 'setCpuPace' | 'printed'>
  cpus: MachineCpus
  events: Pick<Events, 'append'>
  log: Logger
}

const LOOK_EVERY_MS = 1_000
/** The first look of a busy time only counts, and a flood is not to wait for the next one. */
const FIRST_LOOK_MS = 250
/** With less than that in use, nobody waits for a CPU. */
const BUSY_CPUS = 0.5
/** A flood takes more CPU time than that between two looks. */
const IDLE_MS = 5
const MB = 1_048_576

interface Count {
  at: number
  usedMs: number
  periods: number
  throttledPeriods: number
  printed: PrintedSoFar
}

interface PaceInForce extends NeighbourPace {
  /** The look that set it. */
  setAt: number
}

/**
 * Keeps busy instances from holding up their neighbours: each second, but only while the machine is busy or somebody
 * gives way, looks at what each instance takes, and sets its pace (`neighbour-rules.ts`).
 */
export class NeighbourWatch {
  readonly #options: NeighbourWatchOptions
  readonly #regular: RegularLook
  readonly #counts = new Map<string, Count>()
  /** Who does not run at full pace, by id. */
  readonly #paces = new Map<string, PaceInForce>()
  /** Adopted: what pace an earlier control plane gave them is not known. */
  readonly #unknown = new Set<string>()
  /** By id and kind: what the owner was told. */
  readonly #told = new Set<string>()

  constructor(options: NeighbourWatchOptions) {
    this.#options = options
    this.#regular = new RegularLook({
      everyMs: LOOK_EVERY_MS,
      look: now => this.#look(now),
      failure: 'could not look at what instances take',
      log: options.log,
    })
  }

  /** Call it after the instances of earlier runs were adopted. */
  start(): void {
    for (const { row } of this.#options.manager.live()) this.#unknown.add(row.id)
    this.#regular.start()
  }

  stop(): Promise<void> {
    return this.#regular.stop()
  }

  /** One look; a second call joins the one that is under way. Never rejects. */
  look(now = Date.now()): Promise<void> {
    return this.#regular.now(now)
  }

  async #look(now: number): Promise<void> {
    const { cpus, manager } = this.#options
    const isBusy = cpus.busy() >= BUSY_CPUS
    if (!isBusy && this.#paces.size === 0 && this.#unknown.size === 0) {
      this.#counts.clear() // what they took in a calm time says nothing about the next busy one
      return
    }
    const running = new Map(
      manager
        .live()
        .filter(live => !live.stopping)
        .map(live => [live.row.id, live]),
    )
    this.#forgetEnded(running)
    await this.#settleUnknown(running)
    const isFirst = this.#counts.size === 0
    if (isFirst) await this.#factsOf(running, now)
    if (isFirst) await sleep(FIRST_LOOK_MS)
    await this.#settlePaces(running, isFirst ? Date.now() : now)
  }

  async #settlePaces(running: ReadonlyMap<string, LiveInstance>, now: number): Promise<void> {
    const facts = await this.#factsOf(running, now)
    for (const [id, pace] of nextPaces(facts, this.#options.cpus.count))
      await this.#set(running.get(id)!, { ...pace, setAt: now }, facts.get(id)!)
  }

  #forgetEnded(running: ReadonlyMap<string, LiveInstance>): void {
    for (const known of [this.#counts, this.#paces, this.#unknown])
      for (const id of known.keys()) if (!running.has(id)) known.delete(id)
    for (const told of this.#told) if (!running.has(told.split(' ')[0]!)) this.#told.delete(told)
  }

  async #settleUnknown(running: ReadonlyMap<string, LiveInstance>): Promise<void> {
    for (const id of this.#unknown) {
      const isSet = await this.#apply(running.get(id)!, FULL_PACE)
      if (isSet) this.#unknown.delete(id)
    }
  }

  /** Of those that were counted lately. */
  async #factsOf(
    running: ReadonlyMap<string, LiveInstance>,
    now: number,
  ): Promise<Map<string, NeighbourFacts>> {
    const facts = new Map<string, NeighbourFacts>()
    for (const [id, live] of running) {
      const before = this.#counts.get(id)
      const count = await this.#count(live, { before, now })
      if (count) this.#counts.set(id, count)
      if (!count || !before || now <= before.at) continue
      const pace = this.#paceOf(id)
      const printedBytesPerSecond = printedRate(before, count, pace.setAt)
      facts.set(id, { ...ratesOf(before, count), printedBytesPerSecond, limitCpus: limitOf(live), pace })
    }
    return facts
  }

  async #count(
    live: LiveInstance,
    { before, now }: { before: Count | undefined; now: number },
  ): Promise<Count | undefined> {
    const { manager } = this.#options
    const time = await manager.cpuTime(live).catch(() => undefined) // it is ending, or its engine is away
    if (!time) return undefined
    const isIdle = before !== undefined && time.usedMs - before.usedMs < IDLE_MS
    const printed = isIdle ? { ...before.printed, at: now } : await manager.printed(live)
    return { ...time, at: now, printed }
  }

  #paceOf(id: string): PaceInForce {
    return this.#paces.get(id) ?? { ...FULL_PACE, setAt: 0 }
  }

  async #set(live: LiveInstance, pace: PaceInForce, facts: NeighbourFacts): Promise<void> {
    const { id } = live.row
    const before = this.#paceOf(id)
    if (pace.share === before.share && pace.sparesCpu === before.sparesCpu) return
    if (!(await this.#apply(live, pace))) return
    if (pace.share === 1 && !pace.sparesCpu) this.#paces.delete(id)
    else this.#paces.set(id, pace)
    this.#options.log.debug({ instance: id, ...pace }, 'pace of an instance changed')
    await this.#tell(live, pace, facts)
  }

  async #apply(live: LiveInstance, { share, sparesCpu }: NeighbourPace): Promise<boolean> {
    const cpus = limitOf(live)
    try {
      await this.#options.manager.setCpuPace(live, {
        share,
        sparesCpu,
        ...(cpus === undefined ? {} : { cpus }),
      })
      return true
    } catch (error) {
      this.#options.log.debug({ instance: live.row.id, err: error }, 'pace of an instance could not be set')
      return false
    }
  }

  /** Once for each instance and kind. One with a limit that it fills is told of that by another look. */
  async #tell({ row }: LiveInstance, pace: NeighbourPace, facts: NeighbourFacts): Promise<void> {
    const sentence = sentenceOf(row.process, pace, facts)
    if (!sentence || this.#told.has(`${row.id} ${sentence.limit}`)) return
    this.#told.add(`${row.id} ${sentence.limit}`)
    const data = { instance: row.id, process: row.process, ...sentence }
    await this.#options.events.append({ appId: row.app_id, type: 'instance:limited', data })
  }
}

function sentenceOf(
  process: string,
  { share, sparesCpu }: NeighbourPace,
  { limitCpus, printedBytesPerSecond = 0 }: NeighbourFacts,
): { limit: string; sentence: string } | undefined {
  if (share < 1) {
    const printed = Math.round(printedBytesPerSecond / MB)
    const sentence = `${process} prints ${printed} MB a second, more than its log can keep, and gets less CPU time until it prints less.`
    return { limit: 'output', sentence }
  }
  if (!sparesCpu || limitCpus !== undefined) return undefined
  const sentence = `${process} wants all CPUs of the server, and is kept off one of them so that the others go on. Give it a limit of CPUs to say how many it may have.`
  return { limit: 'cpus', sentence }
}

function limitOf({ row }: LiveInstance): number | undefined {
  return row.limits_json === null ? undefined : (JSON.parse(row.limits_json) as { cpus?: number }).cpus
}

function ratesOf(before: Count, now: Count): Pick<NeighbourFacts, 'usedCpus' | 'throttledShare'> {
  const ms = now.at - before.at
  const periods = now.periods - before.periods
  return {
    usedCpus: Math.max(0, now.usedMs - before.usedMs) / ms,
    throttledShare: periods > 0 ? (now.throttledPeriods - before.throttledPeriods) / periods : 0,
  }
}
