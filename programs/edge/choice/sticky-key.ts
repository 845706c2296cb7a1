import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const KEY = /^[A-Za-z0-9_-]{43}$/

/**
 * The key of cookies that name instances. Kept in a file that only the platform's user may read, so that clients stay
 * where they are when the edge restarts or is replaced.
 */
export function readStickyKey(file: string): string {
  const kept = readKept(file)
  if (kept !== undefined && KEY.test(kept)) return kept
  const key = randomBytes(32).toString('base64url')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, key, { mode: 0o600 })
  return key
}

function readKept(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}
