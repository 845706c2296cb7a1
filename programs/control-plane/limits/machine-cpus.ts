import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** How many CPUs of this machine are busy. */
export interface MachineCpus {
  readonly count: number
  /** Since the last call; 0 at the first, and where the kernel does not tell. */
  busy(): number
}

/** Reads /proc/uptime (proc_uptime(5)): one short line, where /proc/stat grows with the machine. */
export function createMachineCpus(file = '/proc/uptime'): MachineCpus {
  const count = cpus().length
  let before = read(file)
  return {
    count,
    busy() {
      const now = read(file)
      const seconds = now && before ? now.uptime - before.uptime : 0
      const idle = now && before ? now.idle - before.idle : 0
      before = now
      return seconds > 0 ? Math.min(count, Math.max(0, count - idle / seconds)) : 0
    },
  }
}

function read(file: string): { uptime: number; idle: number } | undefined {
  try {
    const [uptime = 0, idle = 0] = readFileSync(file, 'utf8').split(' ').map(Number)
    return { uptime, idle }
  } catch {
    return undefined
  }
}
