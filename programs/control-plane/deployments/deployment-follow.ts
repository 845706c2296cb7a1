import type { DeploymentEvent } from '@seaworthy/api'
import type { BuildLog, BuildLogEntry } from '@seaworthy/telemetry'
import type { DeploymentRow } from '../store/schema.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { isEnded } from './deployment-state.ts'

/**
 * Everything that happened in a deployment, from its start, then what happens until it ends. Two sources are
 * merged: the log on disk (steps and lines) and the row (states, receipt, error). Ends with `end`.
 */
export async function* followDeployment(
  { records, logs }: { records: DeploymentRecords; logs: BuildLog },
  deploymentId: string,
  signal: AbortSignal,
): AsyncGenerator<DeploymentEvent> {
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  const queue = new EventQueue()
  const unsubscribe = records.onChange(deploymentId, () => queue.wake())
  const reading = copyLog(logs, deploymentId, either, queue)
  try {
    let seen: DeploymentRow['state'] | undefined
    let receiptTold = false
    for (;;) {
      const row = await records.get(deploymentId)
      if (row.state !== seen) {
        seen = row.state
        yield { type: 'state', at: new Date().toISOString(), state: row.state }
      }
      yield* queue.drain()
      if (row.receipt_json !== null && !receiptTold) {
        receiptTold = true
        yield { type: 'receipt', at: new Date().toISOString(), receipt: JSON.parse(row.receipt_json) }
      }
      if (isEnded(row.state)) {
        // The log is closed just before the last change of the row, or was never opened (cancelled in the queue).
        done.abort()
        await reading
        yield* queue.drain()
        yield { type: 'end', at: iso(row.finished_at), state: row.state, error: errorOf(row) }
        return
      }
      if (signal.aborted) return
      await queue.next(either)
    }
  } finally {
    unsubscribe()
    done.abort()
    await reading
  }
}

/** Holds events until they are taken, and wakes the one who waits for them. */
class EventQueue {
  #events: DeploymentEvent[] = []
  #wake: () => void = () => {}
  #pending = false

  push(event: DeploymentEvent): void {
    this.#events.push(event)
    this.wake()
  }

  wake(): void {
    this.#pending = true
    this.#wake()
  }

  *drain(): Generator<DeploymentEvent> {
    const events = this.#events
    this.#events = []
    yield* events
  }

  /** Resolves at once when something came since the last call. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    this.#wake = () => {}
    this.#pending = false
  }
}

/** The log is closed while a deployment waits (as a canary, or for an approval), and goes on afterwards. */
async function copyLog(logs: BuildLog, id: string, signal: AbortSignal, queue: EventQueue): Promise<void> {
  let after = 0
  try {
    do {
      for await (const entry of logs.follow(id, signal, { after })) {
        after = entry.sequence
        const event = eventOf(entry)
        if (event) queue.push(event)
      }
    } while (!signal.aborted)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function eventOf(entry: BuildLogEntry): DeploymentEvent | undefined {
  const at = new Date(entry.at).toISOString()
  switch (entry.kind) {
    case 'step-started':
      return { type: 'step', at, name: entry.step, title: entry.title, state: 'started' }
    case 'step-finished':
      return { type: 'step', at, name: entry.step, state: entry.outcome, durationMs: entry.durationMs }
    case 'line':
      return { type: 'log', at, stream: entry.stream, text: entry.text, step: entry.step ?? undefined }
    default:
      return undefined
  }
}

function errorOf({ error_code, error_message }: DeploymentRow) {
  return error_code === null ? null : { code: error_code, message: error_message ?? error_code }
}

function iso(at: number | null): string {
  return new Date(at ?? Date.now()).toISOString()
}
