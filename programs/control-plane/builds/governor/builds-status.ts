import type { StatusDetails } from '@seaworthy/api'
import { isoTime, isoTimeOrNull } from '../../http/times.ts'
import type { GovernorView } from './build-governor.ts'
import { wantText } from './build-pace.ts'

/** How the builds of this machine are, for whoever administers it. Pure. */
export function buildsStatus({ machineBytes: _, pressure, ...view }: GovernorView): StatusDetails['builds'] {
  return {
    ...view,
    pressure: pressure ?? null,
    note: view.cpuShare === 1 ? null : slowText(view.cpuShare, pressure),
    running: view.running.map(({ app, limitBytes, usedBytes, expectedEndMs }) => ({
      ...{ app, limitBytes, usedBytes },
      expectedEndAt: isoTimeOrNull(expectedEndMs ?? null),
    })),
    waiting: view.waiting.map(({ app, needBytes, sinceMs, reason }) => ({
      ...{ app, needBytes, since: isoTime(sinceMs), why: reason ?? null },
    })),
  }
}

function slowText(cpuShare: number, pressure: GovernorView['pressure']): string {
  return `slowed down to ${Math.round(cpuShare * 100)} % of the CPU until there is more ${wantText(pressure)}`
}
