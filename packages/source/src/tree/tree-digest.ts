import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { TreeProblem, type TreeProblemReason } from './tree-problem.ts'
import { type TreeOptions, type TreeSummary, treeSteps } from './tree-steps.ts'

/** Longest time that the event loop is held at once. */
const SLICE_MS = 4
/** A tree that takes longer than this goes to a thread of its own, whose start takes about as long. */
const IN_THIS_THREAD_MS = 40

export type TreeWork = { root: string; options: TreeOptions }
export type TreeAnswer =
  | { summary: TreeSummary }
  | { problem: { reason: TreeProblemReason; message: string } }
  | { failure: { message: string; code?: string } }

/**
 * Digest, size and number of entries of the tree at `root` (see `treeSteps` for what counts). Sources and artifacts
 * are named by it. Rejects with a `TreeProblem` for a link that leads out of the tree, a device, pipe or socket, a
 * name that is not UTF-8, or a limit exceeded. The event loop stays free: a large tree is read in a worker thread.
 */
export async function describeTree(root: string, options: TreeOptions = {}): Promise<TreeSummary> {
  const steps = treeSteps(root, options)
  for (let workedMs = 0; workedMs < IN_THIS_THREAD_MS; workedMs += SLICE_MS) {
    const summary = runSlice(steps)
    if (summary !== undefined) return summary
    await nextTurn()
  }
  steps.return(undefined as never) // closes the file that is open
  return await describeInWorker({ root, options })
}

function runSlice(steps: Generator<void, TreeSummary>): TreeSummary | undefined {
  const end = performance.now() + SLICE_MS
  do {
    const step = steps.next()
    if (step.done) return step.value
  } while (performance.now() < end)
  return undefined
}

async function describeInWorker(workerData: TreeWork): Promise<TreeSummary> {
  // Without the arguments of this process: a test runner's or debugger's are not meant for it.
  const worker = new Worker(new URL('./tree-worker.ts', import.meta.url), { workerData, execArgv: [] })
  const answer = await new Promise<TreeAnswer>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', code => reject(new Error(`The thread that reads trees ended with code ${code}.`)))
  })
  if ('summary' in answer) return answer.summary
  if ('problem' in answer) throw new TreeProblem(answer.problem.reason, answer.problem.message)
  throw Object.assign(new Error(answer.failure.message), { code: answer.failure.code })
}
