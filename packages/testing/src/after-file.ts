import { afterAll, onTestFinished } from 'vitest'

type Cleanup = () => unknown

/** On `globalThis`, because a setup file and a test may load this module twice. */
const REGISTRY = Symbol.for('seaworthy.afterFile')
const shared = globalThis as { [REGISTRY]?: Cleanup[] }

/**
 * Runs `cleanup` when the test file ends, last registered first. Unlike Vitest's `afterAll`, which Vitest silently
 * ignores there, it may be called inside of `beforeAll`.
 */
export function afterFile(cleanup: Cleanup): void {
  if (shared[REGISTRY]) shared[REGISTRY].push(cleanup)
  else afterAll(async () => void (await cleanup())) // a project without our setup file
}

/** Runs `cleanup` when the test ends, or outside of a test when the file ends. */
export function afterTestOrFile(cleanup: Cleanup): void {
  try {
    onTestFinished(async () => void (await cleanup()))
  } catch {
    afterFile(cleanup)
  }
}

/** For the setup file: collects from now on; the function it returns cleans up. */
export function collectCleanups(): () => Promise<void> {
  const cleanups: Cleanup[] = []
  shared[REGISTRY] = cleanups
  return async () => {
    for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) await cleanup()
  }
}
