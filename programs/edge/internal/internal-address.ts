import { createHash } from 'node:crypto'

/**
 * The loopback address at which the edge of a home answers to internal names on port 80, so that two platforms on one
 * host do not get each other's requests. From 127.64.0.0/10, of which hosts use nothing themselves.
 */
export function internalAddress(home: string): string {
  const [first, second, third] = createHash('sha256').update(home).digest()
  return `127.${64 + (first! % 64)}.${second}.${1 + (third! % 254)}`
}
