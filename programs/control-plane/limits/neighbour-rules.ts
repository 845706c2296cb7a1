/** Which instances give way to their neighbours, and by how much. Pure. */
import type { PrintedSoFar } from '../instances/instance-manager.ts'

export interface NeighbourPace {
  /** Of the CPU time that it may take otherwise; 1 is all. */
  share: number
  sparesCpu: boolean
}

/** What an instance did since the last look. */
export interface NeighbourFacts {
  /** Undefined where the app names no limit: it may use all CPUs. */
  limitCpus: number | undefined
  usedCpus: number
  /** Of the time in which it wanted to run: how much it had to wait for its limit, from 0 to 1. */
  throttledShare: number
  /** Undefined while that is not known: what was read of its output is from before the pace was set. */
  printedBytesPerSecond: number | undefined
  /** What is in force. */
  pace: NeighbourPace
}

export const FULL_PACE: NeighbourPace = { share: 1, sparesCpu: false }

/** The collector and Docker's copier keep twice as much; beyond that, the work is for nothing, and the engine's is on nobody's account. */
const FLOOD_BYTES_PER_SECOND = 8 * 1_048_576
const TARGET_BYTES_PER_SECOND = 6 * 1_048_576
const CALM_BYTES_PER_SECOND = 2 * 1_048_576
/** Of a CPU. The app has to answer still, and its end has to be possible. */
const LEAST_CPUS = 0.02
/** More than anybody can keep: slowed down by far at once, it finds its pace from below. */
const TORRENT_BYTES_PER_SECOND = 12 * 1_048_576
const TORRENT_STEP = 1 / 16
/** At each look of a calm second: slowly, or one that goes on would flood again every few seconds. */
const RECOVERY_STEP = 1.2

/** With less than that, the output's own time is too coarse to tell a rate. */
const FEW_BYTES = 1_048_576
const SHORTEST_MS = 10

const MUCH_THROTTLED = 0.5
const STILL_THROTTLED = 0.1
/** So little may be left of all CPUs by one that names no limit; a greedy one shares them with its neighbours. */
const ROOM_LEFT_CPUS = 0.7
const STILL_BUSY = 0.8

/**
 * The pace of each instance from now on, by id. A flood of output costs the platform and the engine more than the app, so
 * who prints it gets less CPU time until it prints less. Who wants all it can get leaves one CPU to the others, as long as
 * nobody gets less than its limit by that: all who are kept off it have room on the rest.
 */
export function nextPaces(
  instances: ReadonlyMap<string, NeighbourFacts>,
  cpuCount: number,
): Map<string, NeighbourPace> {
  const sparing = whoSpares(instances, cpuCount)
  const paces = [...instances].map(
    ([id, facts]) => [id, { share: nextShare(facts, cpuCount), sparesCpu: sparing.has(id) }] as const,
  )
  return new Map(paces)
}

export interface PrintCount {
  /** When it was counted, in milliseconds since 1970. */
  at: number
  printed: PrintedSoFar
}

/**
 * Bytes a second between two counts, by the time at which they were printed: what waited to be copied may be of a calm
 * time while the platform was away. Undefined where it may be from before `paceSetAt`, and tells nothing of that pace.
 */
export function printedRate(before: PrintCount, now: PrintCount, paceSetAt: number): number | undefined {
  if (before.printed.at < paceSetAt) return undefined
  const bytes = Math.max(0, now.printed.bytes - before.printed.bytes)
  if (bytes < FEW_BYTES) return (bytes * 1000) / (now.at - before.at)
  const ms = now.printed.at - before.printed.at
  return ms > 0 ? (bytes * 1000) / Math.max(SHORTEST_MS, ms) : undefined
}

function nextShare(
  { printedBytesPerSecond: printed, pace, limitCpus }: NeighbourFacts,
  cpuCount: number,
): number {
  if (printed === undefined) return pace.share
  const least = LEAST_CPUS / (limitCpus ?? cpuCount)
  if (printed >= FLOOD_BYTES_PER_SECOND) {
    const toTarget = TARGET_BYTES_PER_SECOND / printed
    const slower = printed < TORRENT_BYTES_PER_SECOND ? toTarget : Math.min(toTarget, TORRENT_STEP)
    return Math.min(1, Math.max(least, pace.share * slower))
  }
  return printed < CALM_BYTES_PER_SECOND ? Math.min(1, pace.share * RECOVERY_STEP) : pace.share
}

function whoSpares(instances: ReadonlyMap<string, NeighbourFacts>, cpuCount: number): Set<string> {
  const rest = cpuCount - 1
  const wanting = [...instances].filter(([, facts]) => wantsAll(facts, cpuCount))
  // Those that spare it already first: the one CPU must not be handed around at each look.
  wanting.sort(([, one], [, other]) => Number(other.pace.sparesCpu) - Number(one.pace.sparesCpu))
  const sparing = new Set<string>()
  let room = rest
  for (const [id, { limitCpus = rest }] of wanting) {
    if (limitCpus <= 0 || limitCpus > room) continue
    room -= limitCpus
    sparing.add(id)
  }
  return sparing
}

function wantsAll({ limitCpus, usedCpus, throttledShare, pace }: NeighbourFacts, cpuCount: number): boolean {
  if (cpuCount < 2) return false
  if (pace.share < 1) return pace.sparesCpu // what it uses tells of our brake
  if (limitCpus !== undefined) return throttledShare >= (pace.sparesCpu ? STILL_THROTTLED : MUCH_THROTTLED)
  return usedCpus >= (pace.sparesCpu ? STILL_BUSY * (cpuCount - 1) : cpuCount - ROOM_LEFT_CPUS)
}
