import { isTight, type Pressure } from './build-pace.ts'

/** Decides which builds run, with how much memory and how fast. Pure: the same facts give the same plan. */
export interface GovernorFacts {
  /** Of the whole machine, in bytes. */
  memory: {
    total: number
    /** What could be had without swapping (`MemAvailable`). */
    available: number
  }
  /** Bytes that are never given to builds: live apps and the platform need them. */
  reservedBytes: number
  /** Builds that may run at once. */
  slots: number
  /** Undefined where the kernel gives no pressure figures. */
  pressure?: Pressure
  running: readonly RunningBuild[]
  /** In the order in which they came. */
  waiting: readonly WaitingBuild[]
  nowMs: number
}

export interface RunningBuild {
  id: string
  app: string
  /** It cannot take more. */
  limitBytes: number
  usedBytes: number
  /** When it will have ended, if it takes as long as the ones before it. */
  expectedEndMs?: number
}

export interface WaitingBuild {
  id: string
  app: string
  /** What it will probably need. */
  needBytes: number
  /** Where the app says so itself, in its manifest: then it is no guess, and no more is given. */
  declaredAt?: { line: number }
  sinceMs: number
}

export interface GovernorPlan {
  admit: { id: string; limitBytes: number }[]
  refuse: { id: string; reason: string }[]
  /** Why the others wait, as a sentence for people. */
  wait: { id: string; reason: string }[]
}

const MB = 1_048_576
/** A build that has less cannot even start its tools. */
const LEAST_BYTES = 128 * MB
/** What a guess may be wrong by. */
const MARGIN = 1.25
/** A first build that nobody can judge does not wait longer than this for others of the machine to give memory back. */
const PATIENCE_MS = 60_000

export function planBuilds(facts: GovernorFacts): GovernorPlan {
  const plan: GovernorPlan = { admit: [], refuse: [], wait: [] }
  const running: RunningBuild[] = [...facts.running]
  let behind: WaitingBuild | undefined
  for (const build of facts.waiting) {
    const verdict = behind ? waitBehind(build, behind, running) : judge(build, running, facts)
    if ('refuse' in verdict) plan.refuse.push({ id: build.id, reason: verdict.refuse })
    else if ('wait' in verdict) {
      plan.wait.push({ id: build.id, reason: verdict.wait })
      behind ??= build // in order, or a large build would wait for ever
    } else {
      plan.admit.push({ id: build.id, limitBytes: verdict.limitBytes })
      running.push({ ...build, limitBytes: verdict.limitBytes, usedBytes: 0 })
    }
  }
  return plan
}

/** What all builds together may have just now. */
export function budgetOf({ memory, reservedBytes, running }: GovernorFacts): number {
  const used = running.reduce((sum, { usedBytes }) => sum + usedBytes, 0)
  // Live apps may take more than their share: what is really free counts too, less a little for the page cache.
  const really = memory.available + used - LEAST_BYTES
  return Math.max(0, Math.min(mostOf(memory.total, reservedBytes), really))
}

const mostOf = (totalBytes: number, reservedBytes: number) =>
  Math.max(LEAST_BYTES, totalBytes - reservedBytes)

type Verdict = { limitBytes: number } | { wait: string } | { refuse: string }

function judge(build: WaitingBuild, running: readonly RunningBuild[], facts: GovernorFacts): Verdict {
  const most = mostOf(facts.memory.total, facts.reservedBytes)
  if (build.declaredAt && build.needBytes > most) {
    const reason = `Line ${build.declaredAt.line} of seaworthy.json asks for ${sizeText(build.needBytes)} with "build.memoryMb"; all builds of this server together may use ${sizeText(most)}.`
    return { refuse: reason }
  }
  if (running.length >= facts.slots) {
    const many = facts.slots === 1 ? 'a build runs' : `${facts.slots} builds run`
    return {
      wait: `${many} already, the most at once here; ${startsAfter(running.slice(0, 1), running, facts)}`,
    }
  }
  if (running.length > 0 && isTight(facts.pressure))
    return {
      wait: `the server is short of memory or disk time just now; ${startsAfter(running, running, facts)}`,
    }
  return judgeMemory(build, running, facts)
}

/** Limits add up to no more than the budget: not even all builds together can take what is reserved. */
function judgeMemory(build: WaitingBuild, running: readonly RunningBuild[], facts: GovernorFacts): Verdict {
  const most = mostOf(facts.memory.total, facts.reservedBytes)
  const given = running.reduce((sum, { limitBytes }) => sum + limitBytes, 0)
  const free = Math.max(0, budgetOf({ ...facts, running }) - given)
  const need = Math.min(most, build.declaredAt ? build.needBytes : Math.round(build.needBytes * MARGIN))
  const share = build.declaredAt ? need : Math.max(need, Math.floor(most / facts.slots))
  if (free >= need && free >= LEAST_BYTES) return { limitBytes: Math.min(share, free) }
  const lack = `needs about ${sizeText(build.needBytes)}, ${sizeText(free)} free`
  if (running.length > 0)
    return { wait: `${lack}; ${startsAfter(endsNeeded(need - free, running), running, facts)}` }
  if (facts.nowMs - build.sinceMs < PATIENCE_MS)
    return { wait: `${lack}; starts when other work on this server gives memory back` }
  // Nobody else builds, so waiting on would not help: it may do with less than was thought.
  if (free >= need / 2 && free >= LEAST_BYTES) return { limitBytes: free }
  const reason = `It needs about ${sizeText(build.needBytes)}, and only ${sizeText(free)} of this server's memory is free. Stop an app, or give the server more memory, then deploy again.`
  return { refuse: reason }
}

/** The builds that have to end before so many bytes are free, those that end first. */
function endsNeeded(bytes: number, running: readonly RunningBuild[]): RunningBuild[] {
  const sorted = byEnd(running)
  let freed = 0
  const index = sorted.findIndex(({ limitBytes }) => {
    freed += limitBytes
    return freed >= bytes
  })
  return sorted.slice(0, index === -1 ? sorted.length : index + 1)
}

function waitBehind(build: WaitingBuild, first: WaitingBuild, running: readonly RunningBuild[]): Verdict {
  const others = running.length > 0 ? '' : ', which waits for memory'
  return {
    wait: `needs about ${sizeText(build.needBytes)}; starts after ${first.app}'s build has started${others}`,
  }
}

function startsAfter(
  needed: readonly RunningBuild[],
  running: readonly RunningBuild[],
  { nowMs }: GovernorFacts,
): string {
  const last = byEnd(needed).at(-1) ?? byEnd(running)[0]!
  const when = last.expectedEndMs === undefined ? '' : `, ${durationText(last.expectedEndMs - nowMs)}`
  const whose =
    needed.length > 1
      ? `the builds of ${needed.map(({ app }) => app).join(' and ')} end`
      : `${last.app}'s build ends`
  return `starts when ${whose}${when}`
}

const byEnd = (builds: readonly RunningBuild[]) =>
  builds.toSorted((a, b) => (a.expectedEndMs ?? Number.MAX_VALUE) - (b.expectedEndMs ?? Number.MAX_VALUE))

export interface PastBuild {
  peakMemoryBytes: number | null
  durationMs: number
  /** Ended by the kernel for its memory. */
  ranOutOfMemory: boolean
}

/** Of an app that was never built: enough for most, and few have less. */
const FIRST_NEED_BYTES = 1024 * MB

/** What a build of an app will probably take, by those before it. */
export function forecast(past: readonly PastBuild[]): { needBytes: number; durationMs?: number } {
  const peaks = past.flatMap(({ peakMemoryBytes, ranOutOfMemory }) =>
    peakMemoryBytes === null ? [] : [ranOutOfMemory ? peakMemoryBytes * 2 : peakMemoryBytes],
  )
  const durations = past.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b)
  return {
    needBytes: peaks.length > 0 ? Math.max(LEAST_BYTES, ...peaks) : FIRST_NEED_BYTES,
    durationMs: durations[Math.floor(durations.length / 2)],
  }
}

export function sizeText(bytes: number): string {
  const mb = Math.max(0, bytes) / MB
  return mb >= 1000 ? `${(mb / 1024).toFixed(1)} GB` : `${Math.round(mb)} MB`
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 10) return 'any moment now'
  if (seconds < 90) return `in about ${Math.ceil(seconds / 10) * 10} seconds`
  return `in about ${Math.round(seconds / 60)} minutes`
}
