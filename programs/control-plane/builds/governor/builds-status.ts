import type { Status } from '@seaworthy/api'
import type { GovernorState } from './build-governor.ts'
import { wantText } from './build-pace.ts'

/** How the builds of this machine are, for whoever administers it. Pure. */
export function buildsStatus({
  running,
  waiting,
  cpuShare,
  pressure,
}: GovernorState): NonNullable<Status['builds']> {
  const note =
    cpuShare === 1
      ? null
      : `slowed down to ${Math.round(cpuShare * 100)} % of the CPU until there is more ${wantText(pressure)}`
  return { running, waiting, cpuShare, pressure: pressure ?? null, note }
}
