/** Where an instance runs into limits that refuse it something without ending it. Pure. */
import type { InstanceFindings } from '@seaworthy/runtime'
import type { LimitName } from '@seaworthy/runtime/resources'
import type { PrintedSoFar } from '../instances/instance-manager.ts'

export type StrainKind = 'processes' | 'uncollected' | 'openFiles' | 'cpus' | 'disk' | 'output'

export interface Strain {
  kind: StrainKind
  /** Without the name of the process, and without a full stop. */
  detail: string
}

export interface StrainFacts extends InstanceFindings {
  /** How fast it printed lately. */
  printedBytesPerSecond?: number
  /** For which share of the last time it waited for CPU time; beyond 1 where several of its threads wait. */
  waitedShare?: number
}

export interface WaitedSoFar {
  /** Milliseconds since 1970. */
  at: number
  ms: number
}

/** Some waiting is what a CPU limit is for: at its start, and now and then. */
const LONG_WAIT_MS = 60_000
const LONG_SHARE = 0.5
/** A shorter time tells nothing: every app is busy while it starts. */
export const LOOK_AT_WAITING_MS = 10_000
const NEARLY = 0.95
const DEFAULT_PROCESSES = 1_024
/** Of the processes that it may have. */
const MANY_UNCOLLECTED = 0.1
const MB = 1_048_576
/** Some 86 GB a day: nobody reads that, and it may be more than can be kept. */
const FLOOD_BYTES_PER_SECOND = MB
/** Looks that come close together tell no rate. */
const SHORTEST_MS = 500

export function strainOf(facts: StrainFacts, limits: Partial<Record<LimitName, number>>): Strain[] {
  const { refusedProcesses, uncollected, openFiles, throttledMs, diskBytes, maxDiskBytes } = facts
  const { printedBytesPerSecond = 0, waitedShare = 0 } = facts
  const maxProcesses = limits.processes ?? DEFAULT_PROCESSES
  // Some are always there for a moment.
  const isByUncollected = uncollected >= MANY_UNCOLLECTED * maxProcesses
  const strains: (Strain | false)[] = [
    refusedProcesses > 0 &&
      !isByUncollected && {
        kind: 'processes',
        detail: `wants more than its ${maxProcesses} processes and threads, and new ones are refused`,
      },
    refusedProcesses > 0 &&
      isByUncollected && {
        kind: 'uncollected',
        detail: `has ${uncollected} processes that ended and that it never collected (wait(2)); with ${maxProcesses} processes and threads it is at its limit, and new ones are refused`,
      },
    limits.openFiles !== undefined &&
      openFiles >= NEARLY * limits.openFiles && {
        kind: 'openFiles',
        detail: `has ${openFiles} files open and may have ${limits.openFiles}; it may not close what it opens`,
      },
    limits.cpus !== undefined &&
      (throttledMs >= LONG_WAIT_MS || waitedShare >= LONG_SHARE) && {
        kind: 'cpus',
        detail: `wants more than its ${limits.cpus} CPUs, and had to wait for ${Math.round(throttledMs / 1000)} s in all`,
      },
    maxDiskBytes !== undefined &&
      diskBytes >= NEARLY * maxDiskBytes && {
        kind: 'disk',
        detail: `has temporary files of ${Math.ceil(diskBytes / MB)} MB and may have ${Math.round(maxDiskBytes / MB)} MB in one folder, and what it writes beyond that is refused`,
      },
    printedBytesPerSecond >= FLOOD_BYTES_PER_SECOND && {
      kind: 'output',
      detail: `prints ${Math.round(printedBytesPerSecond / MB)} MB a second; what is too much to keep up with is left out of its log`,
    },
  ]
  return strains.filter(strain => strain !== false)
}

/** Bytes a second between two looks; 0 at the first, and for an app that empties its own output. */
export function printRate(before: PrintedSoFar | undefined, now: PrintedSoFar): number {
  if (!before) return 0
  const bytes = Math.max(0, now.bytes - before.bytes)
  return (bytes * 1000) / Math.max(SHORTEST_MS, now.at - before.at)
}

/** Between two looks that are long enough apart; 0 before. */
export function waitedShare(before: WaitedSoFar | undefined, now: WaitedSoFar): number {
  if (!before || now.at - before.at < LOOK_AT_WAITING_MS) return 0
  return (now.ms - before.ms) / (now.at - before.at)
}
