import { writeFileSync } from 'node:fs'

/**
 * Lets the kernel move connections that wait in the queue of a closing listener to another one on the same port
 * (`tcp_migrate_req`, Linux 5.14). Without it a replacement of the edge under thousands of new connections a second
 * loses a few. Needs root; elsewhere an administrator sets it once, or lives with the few.
 * @returns whether it is set now
 */
export function allowConnectionMigration(): boolean {
  try {
    writeFileSync('/proc/sys/net/ipv4/tcp_migrate_req', '1')
    return true
  } catch {
    return false
  }
}
