import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterTestOrFile } from './after-file.ts'

export interface TemporaryFolder {
  path: string
  remove(): void
  [Symbol.dispose](): void
}

/**
 * A fresh folder, removed when the test ends (called inside a test), when the file ends (called outside of one),
 * or at the end of the block (`using folder = temporaryFolder()`), whichever comes first.
 * Mode 0755, so that an app's own user can enter it.
 */
export function temporaryFolder({ prefix = 'seaworthy-test-' }: { prefix?: string } = {}): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), prefix))
  chmodSync(path, 0o755) // mkdtemp makes 0700
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  afterTestOrFile(remove)
  return { path, remove, [Symbol.dispose]: remove }
}
