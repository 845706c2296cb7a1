import { readdirSync, readFileSync } from 'node:fs'

const CLOSE_ON_EXEC = 0o2000000 // O_CLOEXEC, as fdinfo shows it (proc_pid_fdinfo(5))

/**
 * Open files that whoever started the platform left to it, and that every child would inherit in turn. What Node
 * opens itself is closed in children; these are not, and Node has no way to make them so. Linux only.
 */
export function findInheritedDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd')
      .map(Number)
      .filter(descriptor => descriptor > 2 && isInheritable(descriptor))
  } catch {
    return [] // not Linux
  }
}

function isInheritable(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0
  } catch {
    return false // the descriptor by which the folder was read
  }
}
