import { readFileSync } from 'node:fs'

/** Names this boot of the host (random(4), `boot_id`); undefined where the host does not tell. */
export function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}
