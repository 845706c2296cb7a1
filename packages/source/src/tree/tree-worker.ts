import { parentPort, workerData } from 'node:worker_threads'
import type { TreeAnswer, TreeWork } from './tree-digest.ts'
import { TreeProblem } from './tree-problem.ts'
import { treeSteps } from './tree-steps.ts'

/** The thread behind `describeTree`: reads one tree without a pause, answers and ends. */
function answer({ root, options }: TreeWork): TreeAnswer {
  try {
    const steps = treeSteps(root, options)
    for (;;) {
      const step = steps.next()
      if (step.done) return { summary: step.value }
    }
  } catch (error) {
    // Errors lose their class and code on the way between threads.
    if (error instanceof TreeProblem) return { problem: { reason: error.reason, message: error.message } }
    return { failure: { message: String(error), code: (error as NodeJS.ErrnoException).code } }
  }
}

parentPort?.postMessage(answer(workerData))
