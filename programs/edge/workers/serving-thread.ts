import { Worker } from 'node:worker_threads'
import { EdgeWorker } from './edge-worker.ts'
import type { WorkerCommand, WorkerReport, WorkerStart } from './worker-messages.ts'

/** A thread that serves requests, as the pool sees it. */
export interface ServingThread {
  send(command: WorkerCommand): void
}

export interface ServingThreadEvents {
  onReport(report: WorkerReport): void
  onFailed(error: Error): void
  onExit(): void
}

/** Serves in a thread of its own. */
export function startWorkerThread(start: WorkerStart, events: ServingThreadEvents): ServingThread {
  const thread = new Worker(new URL('./worker-main.ts', import.meta.url), {
    name: `edge-${start.index}`,
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 },
  })
  thread.on('message', events.onReport)
  thread.on('error', (error: Error) => events.onFailed(error))
  thread.on('exit', events.onExit)
  return { send: command => thread.postMessage(command) }
}

/**
 * Serves in the main thread: it has next to nothing else to do, and a thread less saves 12 MB. What goes wrong here
 * ends the process, which the supervisor starts again from the table on disk.
 */
export function serveInMainThread(start: WorkerStart, events: ServingThreadEvents): ServingThread {
  const report = (message: WorkerReport) => setImmediate(() => events.onReport(message))
  const worker = new EdgeWorker({ start, report })
  worker.start().catch(events.onFailed)
  return { send: command => worker.obey(command) }
}
