import { parentPort } from 'node:worker_threads'
import { type ScanRequest, scanSegments } from './segment-scan.ts'

/** Entry of the thread that `SearchThread` starts: one message in, one answer out, in order. */
parentPort!.on('message', (request: ScanRequest) => {
  parentPort!.postMessage(answer(request))
})

function answer(request: ScanRequest) {
  try {
    return { lines: scanSegments(request) }
  } catch (error) {
    return { error }
  }
}
