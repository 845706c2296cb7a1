/** Entry of a worker thread. */
import { flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { EdgeWorker } from './edge-worker.ts'
import type { WorkerCommand, WorkerReport, WorkerStart } from './worker-messages.ts'

const report = (message: WorkerReport) => parentPort!.postMessage(message)
const worker = new EdgeWorker({ start: workerData as WorkerStart, report })
parentPort!.on('message', (command: WorkerCommand) => worker.obey(command))
await worker.start()
flushCompileCache()
