import { BlockList, isIP } from 'node:net'

/** An address or a network: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */
export interface Network {
  address: string
  prefix: number
  family: 'ipv4' | 'ipv6'
}

/** Undefined for what is neither an address nor a network. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', prefixText, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined
  const longest = version === 4 ? 32 : 128
  const prefix = prefixText === undefined ? longest : wholeNumber(prefixText)
  if (prefix > longest) return undefined
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** The networks that lie in both lists: of two that overlap one always holds the other. */
export function commonNetworks(some: readonly string[], others: readonly string[]): string[] {
  const inside = (list: readonly string[], of: readonly string[]) =>
    list.filter(network => of.some(outer => contains(outer, network)))
  return [...new Set([...inside(some, others), ...inside(others, some)])]
}

function contains(outerText: string, innerText: string): boolean {
  const outer = parseNetwork(outerText)
  const inner = parseNetwork(innerText)
  if (!outer || !inner || outer.family !== inner.family || outer.prefix > inner.prefix) return false
  const list = new BlockList()
  list.addSubnet(outer.address, outer.prefix, outer.family)
  return list.check(inner.address, inner.family)
}

/** Infinity for anything else, which is longer than every prefix. */
function wholeNumber(text: string): number {
  return /^\d{1,3}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
}
