import { bootId } from './boot-id.ts'
import { readProcess } from './process-table.ts'
import type { CommandHandle } from './sandbox.ts'

const POLL_MS = 500

/** Watches a command that is no child of ours, by its pid and start time: its exit code is nobody's to read. */
export class AdoptedCommand {
  readonly ended: Promise<void>
  readonly #handle: CommandHandle
  readonly #resolve: () => void
  readonly #timer: NodeJS.Timeout

  constructor(handle: CommandHandle) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#handle = handle
    this.#resolve = resolve
    this.#timer = setInterval(() => void this.check(), POLL_MS).unref()
  }

  /** Looks now rather than at the next tick. */
  async check(): Promise<void> {
    if (await isRunning(this.#handle)) return
    this.forget()
    this.#resolve()
  }

  forget(): void {
    clearInterval(this.#timer)
  }
}

/** Whether the very process of a handle runs, and not another one that got its pid. */
export async function isRunning(handle: CommandHandle): Promise<boolean> {
  if (isOfEarlierBoot(handle)) return false
  return (await readProcess(handle.pid))?.startTicks === handle.pidStartTicks
}

/** Whether the host was started anew since. */
export function isOfEarlierBoot(handle: CommandHandle): boolean {
  return handle.bootId !== undefined && handle.bootId !== bootId()
}
