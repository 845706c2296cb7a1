import { readFileSync } from 'node:fs'

const WANTED = 65_536

/**
 * How many files one process in a container may have open. An engine may give no more than it has itself, and it refuses to start what
 * asks for more; what this process may have is the best guess at it, since the same system starts both.
 */
export function maxOpenFiles(): number {
  const own = /^Max open files\s+\S+\s+(\d+)/m.exec(readLimits())?.[1]
  return own === undefined ? WANTED : Math.min(WANTED, Number(own))
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}
