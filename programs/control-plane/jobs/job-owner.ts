import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Who holds a lease: `host/pid/start/random`. The start time of the process tells it from a later one with the
 * same pid (also pid 1 of a restarted container); the random part tells two ledgers of one process apart.
 */
export function createOwnerId(): string {
  return [
    hostname(),
    process.pid,
    processStart(process.pid) ?? 'unknown',
    randomBytes(4).toString('hex'),
  ].join('/')
}

/** Whether `owner` was a process of this host that runs no more. False where that cannot be known. */
export function isDeadLocalOwner(owner: string): boolean {
  const [host, pid, start] = owner.split('/')
  if (host !== hostname() || !/^\d+$/.test(pid ?? '')) return false
  if (!isRunning(Number(pid))) return true
  const startNow = processStart(Number(pid))
  return startNow !== undefined && start !== 'unknown' && start !== startNow
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Boot and clock ticks since it, so that a reboot counts as another start. Undefined outside Linux or once gone. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // proc(5): the command in parentheses may hold blanks; `starttime` is the 20th field after it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
    return `${boot}.${ticks}`
  } catch {
    return undefined
  }
}
