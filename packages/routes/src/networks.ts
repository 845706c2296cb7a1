/** Lists of addresses and networks, made ready to be asked for each request. Pure. */
export interface NetworkSet {
  /** @param address IPv4 or IPv6; `::ffff:192.0.2.1` counts as `192.0.2.1`. What is no address is in no set. */
  has(address: string): boolean
}

/** The first `bits` of an address; the rest of `value` is zero. */
interface Network {
  family: 4 | 6
  value: bigint
  bits: number
}

/**
 * One look-up for each length of prefix that occurs in the list, whatever the number of its entries.
 * @param list `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`
 * @throws {TypeError} naming the entry that is none of these
 */
export function compileNetworks(list: readonly string[]): NetworkSet {
  const v4 = new Map<number, Set<number>>()
  const v6 = new Map<number, Set<bigint>>()
  for (const text of list) {
    const network = parseNetwork(text)
    if (!network) throw new TypeError(`"${text}" is no address and no network.`)
    if (network.family === 4) add(v4, network.bits, Number(network.value))
    else add(v6, network.bits, network.value)
  }
  return {
    has(address) {
      const found = parseAddress(address)
      if (!found) return false
      return found.family === 4 ? hasV4(v4, Number(found.value)) : hasV6(v6, found.value)
    },
  }
}

/** @returns undefined for what is neither an address nor a network */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...rest] = text.split('/')
  const found = parseAddress(address)
  if (!found || rest.length > 0) return undefined
  const size = found.family === 4 && !address.includes(':') ? 32 : 128
  if (length !== undefined && !/^(0|[1-9][0-9]{0,2})$/.test(length)) return undefined
  let bits = length === undefined ? size : Number(length)
  if (bits > size) return undefined
  if (found.family === 4 && size === 128) {
    // `::ffff:192.0.2.0/120` is an IPv4 network. A shorter prefix would take in more than IPv4.
    if (bits < 96) return undefined
    bits -= 96
  }
  return { family: found.family, value: masked(found.value, bits, found.family === 4 ? 32 : 128), bits }
}

function parseAddress(text: string): { family: 4 | 6; value: bigint } | undefined {
  if (!text.includes(':')) {
    const value = parseV4(text)
    return value === undefined ? undefined : { family: 4, value: BigInt(value) }
  }
  const value = parseV6(text.replace(/%.*$/, ''))
  if (value === undefined) return undefined
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family: 6, value }
}

const OCTET = /^(0|[1-9][0-9]{0,2})$/

/** Four decimal numbers only: `010.0.0.1` and `127.1` mean different addresses to different programs. */
function parseV4(text: string): number | undefined {
  const octets = text.split('.')
  if (octets.length !== 4) return undefined
  let value = 0
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return undefined
    value = value * 256 + Number(octet)
  }
  return value
}

/** RFC 4291, 2.2. */
function parseV6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0]!, halves.length === 1)
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail]
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n)
}

/** An IPv4 address at the very end stands for two groups. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const v4 = isEnd && part.includes('.') && index === parts.length - 1 ? parseV4(part) : undefined
    if (v4 !== undefined) groups.push(Math.floor(v4 / 65_536), v4 % 65_536)
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

function masked(value: bigint, bits: number, size: number): bigint {
  const rest = BigInt(size - bits)
  return (value >> rest) << rest
}

function add<T>(byLength: Map<number, Set<T>>, bits: number, value: T): void {
  const known = byLength.get(bits)
  if (known) known.add(value)
  else byLength.set(bits, new Set([value]))
}

function hasV4(byLength: Map<number, Set<number>>, value: number): boolean {
  for (const [bits, networks] of byLength) {
    // Shifting by 32 shifts by nothing.
    const network = bits === 0 ? 0 : (value & (-1 << (32 - bits))) >>> 0
    if (networks.has(network)) return true
  }
  return false
}

function hasV6(byLength: Map<number, Set<bigint>>, value: bigint): boolean {
  for (const [bits, networks] of byLength) if (networks.has(masked(value, bits, 128))) return true
  return false
}
