/** How fast builds may go on, by what the kernel tells of want on this machine. Pure. */

/** Share of the last 10 seconds, in percent, in which some or all work stood still for want of it (`/proc/pressure`). */
export interface Pressure {
  memorySome: number
  memoryFull: number
  ioFull: number
}

/** From full speed to nearly standing still. Weight alone already gives live apps the CPU first. */
const PACES = [1, 0.5, 0.25, 0.1] as const
/** Above these, no further build begins beside another. */
const TIGHT: Pressure = { memorySome: 20, memoryFull: 5, ioFull: 40 }
const SLOWER: Pressure = { memorySome: 10, memoryFull: 2, ioFull: 20 }
const FASTER: Pressure = { memorySome: 4, memoryFull: 0.5, ioFull: 8 }
const KEYS = Object.keys(TIGHT) as (keyof Pressure)[]

export function isTight(pressure: Pressure | undefined): boolean {
  return pressure !== undefined && KEYS.some(key => pressure[key] >= TIGHT[key])
}

/** The next share of the CPU time for all builds: a step slower under pressure, a step faster without; else as it is. */
export function nextPace(current: number, pressure: Pressure | undefined): number {
  const at = Math.max(
    0,
    PACES.findIndex(pace => pace <= current),
  )
  if (!pressure) return 1
  if (KEYS.some(key => pressure[key] >= SLOWER[key])) return PACES[Math.min(at + 1, PACES.length - 1)]!
  if (KEYS.every(key => pressure[key] <= FASTER[key])) return PACES[Math.max(at - 1, 0)]!
  return PACES[at]!
}

/** A sentence for people who wait for a build, about the change from one pace to another. */
export function paceText(before: number, after: number, pressure: Pressure | undefined): string {
  if (after === 1) return 'at full speed again: the server has memory and disk time to spare'
  const share = `builds have ${Math.round(after * 100)} % of the CPU`
  if (after > before) return `faster again: ${share}`
  return `slowed down, so that live apps go on: ${share} until the server has more ${wantText(pressure)}`
}

/** What is lacking, by the figure that is furthest above its bound. */
export function wantText(pressure: Pressure | undefined): string {
  if (!pressure) return 'to give'
  const [worst] = KEYS.toSorted((a, b) => pressure[b] / SLOWER[b] - pressure[a] / SLOWER[a])
  const what = worst === 'ioFull' ? 'disk time' : 'memory'
  return `${what} (work stood still for it in ${Math.round(pressure[worst!])} % of the last 10 seconds)`
}
