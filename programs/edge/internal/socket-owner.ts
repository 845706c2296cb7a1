import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'

/** One end of a TCP connection within this host. */
export interface Endpoint {
  address: string
  port: number
}

/**
 * The user whose process holds the other end of a connection within this host, as the kernel tells it in
 * /proc/net/tcp and tcp6 (proc(5)). Undefined where it does not, or when the connection is gone.
 * @param end the peer's end
 * @param other our end
 */
export function socketOwner(end: Endpoint, other: Endpoint): number | undefined {
  for (const table of ['tcp', 'tcp6']) {
    const owner = ownerIn(readTable(table), rowKey(end, other, table === 'tcp6'))
    if (owner !== undefined) return owner
  }
  return undefined
}

/** @param key both ends as the table writes them, separated by a blank */
export function ownerIn(table: string, key: string): number | undefined {
  const at = table.indexOf(` ${key} `)
  if (at === -1) return undefined
  // state, queues, timer, retransmits, uid
  const uid = table
    .slice(at + key.length + 2, at + key.length + 120)
    .trim()
    .split(/\s+/)[4]
  return uid !== undefined && /^[0-9]+$/.test(uid) ? Number(uid) : undefined
}

/** A socket of IPv6 may hold a connection of IPv4 too. */
export function rowKey(end: Endpoint, other: Endpoint, mapped: boolean): string {
  return [end, other].map(({ address, port }) => `${hexAddress(address, mapped)}:${hex(port, 4)}`).join(' ')
}

const MAPPED_PREFIX = '0000000000000000FFFF0000'
const MAPPED_PREFIX_BIG_ENDIAN = '00000000000000000000FFFF'

/** The kernel prints the words of an address in the byte order of the machine. */
function hexAddress(address: string, mapped: boolean): string {
  const octets = address.split('.').map(octet => hex(Number(octet), 2))
  const isLittle = endianness() === 'LE'
  const word = (isLittle ? octets.toReversed() : octets).join('')
  if (!mapped) return word
  return (isLittle ? MAPPED_PREFIX : MAPPED_PREFIX_BIG_ENDIAN) + word
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

function readTable(name: string): string {
  try {
    return readFileSync(`/proc/net/${name}`, 'latin1')
  } catch {
    return ''
  }
}
