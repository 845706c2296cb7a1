/** Entry of a worker thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { EdgeWorker } from './edge-worker.ts'
import type { WorkerCommand, WorkerReport, WorkerStart } from './worker-messages.ts'

const report = (message: WorkerReport) => parentPort!.postMessage(message)
const log = {
  error(fields: object | string, message = '') {
    const text = typeof fields === 'string' ? fields : message
    report({ kind: 'problem', message: text, fields: JSON.stringify(fields, errorsAsText) })
  },
}
const worker = new EdgeWorker({ start: workerData as WorkerStart, log, report })
parentPort!.on('message', (command: WorkerCommand) => worker.obey(command))
await worker.start()

function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value
}
