import { appendFileSync } from 'node:fs'
import { expect } from 'vitest'

/** A line of the file that SEAWORTHY_MISSING_PARTS_FILE names; `npm test` ends with what they say. */
export interface MissingPartRecord {
  part: string
  install: string
  /** The test file that asked for it. */
  testFile: string | undefined
}

/** Notes that a test file went without a part of the system. Workers share the file: one short append is atomic. */
export function recordMissingPart(part: string, install: string): void {
  const file = process.env.SEAWORTHY_MISSING_PARTS_FILE
  if (!file) return
  const record: MissingPartRecord = { part, install, testFile: expect.getState().testPath }
  appendFileSync(file, `${JSON.stringify(record)}\n`)
}
