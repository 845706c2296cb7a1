/** What to say about a process that runs into its memory limit. Pure. */
export interface MemoryFacts {
  /** Undefined: none. */
  limitMb: number | undefined
  /** Times that it was killed for its memory within the last day. */
  killsToday: number
  /** What it used at most in nineteen of twenty minutes of the last day; undefined where nothing was seen. */
  p95Mb: number | undefined
  /** What this server has. */
  machineMb: number
}

export interface MemoryAdvice {
  sentence: string
  /** Undefined: more memory is not what helps. */
  tryMb: number | undefined
}

/** From here on a limit is close enough to be told of, before it kills. */
const TIGHT = 0.9
const STEP_MB = 64
const HEADROOM = 1.5

/** Undefined while there is nothing to say. */
export function memoryAdvice(facts: MemoryFacts): MemoryAdvice | undefined {
  const { limitMb, killsToday, p95Mb } = facts
  if (limitMb === undefined) return undefined
  const isTight = p95Mb !== undefined && p95Mb >= TIGHT * limitMb
  if (killsToday === 0 && !isTight) return undefined
  const tryMb = nextLimit(limitMb, facts.machineMb)
  const parts = [
    killsToday === 0
      ? `close to its limit of ${limitMb} MB`
      : `killed at ${limitMb} MB, ${times(killsToday)} today`,
    // Nothing runs in 0 MB: it ended before it was looked at.
    ...(p95Mb === undefined || p95Mb === 0 ? [] : [`p95 use ${p95Mb} MB`]),
    tryMb === undefined ? 'this server has no more to give: look for a leak' : `try ${tryMb}`,
  ]
  return { sentence: parts.join('; '), tryMb }
}

/** Half as much again, in round figures, while that leaves a quarter of the machine for everything else. */
function nextLimit(limitMb: number, machineMb: number): number | undefined {
  const wanted = Math.ceil((limitMb * HEADROOM) / STEP_MB) * STEP_MB
  return wanted <= machineMb * 0.75 ? wanted : undefined
}

function times(count: number): string {
  if (count === 1) return 'once'
  return count === 2 ? 'twice' : `${count} times`
}

/** The value that `share` of all values do not exceed, by rank; undefined for no values. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, two) => one - two)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}
