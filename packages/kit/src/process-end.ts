import { constants } from 'node:os'
import type { Logger } from './log.ts'

export interface ProcessEnd {
  exitCode: number
}

/**
 * One Ctrl-C reaches a program twice when its parent (npm, a supervisor) is signalled with it and passes it on.
 * Copies that come this soon are the same wish, not an impatient second one.
 */
const SAME_SIGNAL_MS = 300

/**
 * Resolves on the first SIGTERM or SIGINT (exit code 0), or on an error that nobody caught (logged, exit code 1).
 * A further signal then ends the process at once, with 128 + its number as shells do.
 */
export function waitForProcessEnd(log: Logger): Promise<ProcessEnd> {
  return new Promise(resolve => {
    let firstSignalAt: number | undefined
    const onSignal = (signal: NodeJS.Signals) => {
      if (firstSignalAt !== undefined) return onFurtherSignal(signal, firstSignalAt, log)
      firstSignalAt = performance.now()
      log.info({ signal }, 'stopping on signal')
      resolve({ exitCode: 0 })
    }
    const onUncaught = (error: unknown, origin: string) => {
      log.fatal({ err: error, origin }, 'stopping after an error that nobody caught')
      resolve({ exitCode: 1 })
    }
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
    // An unhandled rejection arrives here too: with this listener and none of its own, Node raises it as uncaught.
    process.on('uncaughtException', onUncaught)
  })
}

function onFurtherSignal(signal: NodeJS.Signals, firstSignalAt: number, log: Logger): void {
  if (performance.now() - firstSignalAt < SAME_SIGNAL_MS) return
  log.warn({ signal }, 'second signal, ending at once')
  process.exit(128 + constants.signals[signal])
}
