import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '@seaworthy/kit'

/**
 * Holds the home for one control plane. A file of a killed one is taken over: its pid is gone, or belongs to a
 * program that is not ours.
 * @throws {AppError} `already_running`
 */
export function takePidFile(path: string): { release: () => void } {
  const other = runningControlPlane(path)
  if (other !== undefined) {
    throw new AppError(
      'already_running',
      `A control plane already works on this home (pid ${other}). Look at it with: seaworthy status`,
      { status: 409 },
    )
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, `${process.pid}\n`, { mode: 0o600 })
  return { release: () => rmSync(path, { force: true }) }
}

function runningControlPlane(path: string): number | undefined {
  const pid = Number(readOr(path, '').trim())
  if (!(pid > 1) || pid === process.pid) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  // Where /proc tells, a reused pid is told apart.
  const command = readOr(`/proc/${pid}/cmdline`, 'control-plane')
  return command.includes('control-plane') ? pid : undefined
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return fallback
  }
}
