import type { Logger } from '@seaworthy/kit'
import type { Events } from '../events/events.ts'
import { type InstanceManager, isOneOff, type Overstay } from '../instances/instance-manager.ts'

export interface TellOverstaysOptions {
  manager: Pick<InstanceManager, 'onOverstay'>
  events: Pick<Events, 'append'>
  log: Logger
}

/** Says of an instance that it, or a part of it, did not end when it was asked to: it may have lost what it was doing. */
export function tellOverstays({ manager, events, log }: TellOverstaysOptions): void {
  manager.onOverstay((live, overstay) => {
    if (isOneOff(live)) return
    const { id: instance, process, app_id: appId } = live.row
    const sentence = overstaySentence(process, overstay)
    const data = { instance, process, limit: 'stop', sentence }
    events.append({ appId, type: 'instance:limited', data }).catch(error => {
      log.warn({ instance, err: error }, 'could not tell that an instance had to be killed')
    })
  })
}

export function overstaySentence(process: string, overstay: Overstay): string {
  const { graceMs, killedProcesses, orphanedProcesses } = overstay
  if (killedProcesses === 0)
    return `${count(orphanedProcesses)} that ${process} had left without a parent ${orphanedProcesses === 1 ? 'was' : 'were'} killed when ${process} ended: in Docker only the first process is asked to end.`
  const within = `did not end within ${graceMs / 1000} s of SIGTERM`
  return killedProcesses === 1
    ? `${process} ${within}, and was killed.`
    : `${count(killedProcesses)} of ${process} ${within}, and were killed.`
}

function count(processes: number): string {
  return processes === 1 ? '1 process' : `${processes} processes`
}
