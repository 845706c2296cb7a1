import { isIPv6 } from 'node:net'

/**
 * What to count the requests of an address by: an IPv4 address as it is, an IPv6 address by its /64, since a single
 * customer is given at least that many addresses (RFC 6177) and could use a new one for each request.
 */
export function addressKey(address: string): string {
  const plain = address.replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)
  if (mapped) return mapped[1]!
  if (!isIPv6(plain)) return plain
  return `${firstFourGroups(plain).join(':')}::/64`
}

function firstFourGroups(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = groupsOf(head)
  if (tail !== undefined)
    groups.push(...Array(8 - groups.length - groupsOf(tail).length).fill('0'), ...groupsOf(tail))
  return groups.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16))
}

/** An IPv4 address at the end stands for two groups. */
function groupsOf(text: string): string[] {
  if (text === '') return []
  return text.split(':').flatMap(group => (group.includes('.') ? ['0', '0'] : [group]))
}
