/** A Vitest setup file: makes `afterFile` work in hooks too. */
import { beforeAll } from 'vitest'
import { collectCleanups } from './after-file.ts'

const cleanUp = collectCleanups()

// What a `beforeAll` returns runs after every `afterAll`; this one is the first, and so the last to run.
beforeAll(() => cleanUp, 60_000)
