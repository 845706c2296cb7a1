import { constants } from 'node:os'
import type { InstanceExit } from '../runtime.ts'

/** Signal number → name. */
const SIGNALS = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
)

/**
 * How an instance ended, from the engine's record. The first process in the container (the engine's init) turns an end
 * by a signal into 128 + its number, as shells do: an app that exits with such a code by itself reads the same.
 */
export function exitOf({ ExitCode, OOMKilled }: { ExitCode: number; OOMKilled: boolean }): InstanceExit {
  const signal = ExitCode > 128 ? SIGNALS.get(ExitCode - 128) : undefined
  return signal
    ? { code: null, signal, oomKilled: OOMKilled }
    : { code: ExitCode, signal: null, oomKilled: OOMKilled }
}
