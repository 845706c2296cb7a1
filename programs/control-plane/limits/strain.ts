/** Where an instance runs into limits that refuse it something without ending it. Pure. */
import type { InstanceFindings } from '@seaworthy/runtime'
import type { LimitName } from '@seaworthy/runtime/resources'

export type StrainKind = 'processes' | 'openFiles' | 'cpus'

export interface Strain {
  kind: StrainKind
  /** Without the name of the process, and without a full stop. */
  detail: string
}

/** Some waiting is what a CPU limit is for. */
const LONG_WAIT_MS = 60_000
const NEARLY = 0.95

export function strainOf(
  { refusedProcesses, openFiles, throttledMs }: InstanceFindings,
  limits: Partial<Record<LimitName, number>>,
): Strain[] {
  const strains: (Strain | false)[] = [
    refusedProcesses > 0 && {
      kind: 'processes',
      detail: `wants more than its ${limits.processes ?? 1024} processes and threads, and new ones are refused`,
    },
    limits.openFiles !== undefined &&
      openFiles >= NEARLY * limits.openFiles && {
        kind: 'openFiles',
        detail: `has ${openFiles} files open and may have ${limits.openFiles}; it may not close what it opens`,
      },
    limits.cpus !== undefined &&
      throttledMs >= LONG_WAIT_MS && {
        kind: 'cpus',
        detail: `wants more than its ${limits.cpus} CPUs, and had to wait for ${Math.round(throttledMs / 1000)} s in all`,
      },
  ]
  return strains.filter(strain => strain !== false)
}
