import type { Logger } from '@seaworthy/kit'
import type { Events } from '../events/events.ts'
import { type InstanceManager, isOneOff } from '../instances/instance-manager.ts'

export interface TellOverstaysOptions {
  manager: Pick<InstanceManager, 'onOverstay'>
  events: Pick<Events, 'append'>
  log: Logger
}

/** Says of an instance that did not end when it was asked to that it was killed: it may have lost what it was doing. */
export function tellOverstays({ manager, events, log }: TellOverstaysOptions): void {
  manager.onOverstay((live, graceMs) => {
    if (isOneOff(live)) return
    const { id: instance, process, app_id: appId } = live.row
    const sentence = `${process} did not end within ${graceMs / 1000} s of SIGTERM, and was killed.`
    const data = { instance, process, limit: 'stop', sentence }
    events.append({ appId, type: 'instance:limited', data }).catch(error => {
      log.warn({ instance, err: error }, 'could not tell that an instance had to be killed')
    })
  })
}
