import { lookup } from 'node:dns/promises'
import { BlockList, isIPv4 } from 'node:net'
import { SourceRefused } from '../errors.ts'

/**
 * The addresses of a host, all of them public; or `SourceRefused`. One private address among them is enough to be
 * refused: whoever owns a name decides in which order its addresses are tried.
 */
export async function resolvePublicHost(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: true }).catch(cause => {
    const message = `There is no host named ${host}. Check the URL's spelling, and that the server can reach the internet.`
    throw new SourceRefused('git_not_found', message, { cause })
  })
  const addresses = found.map(({ address }) => address)
  if (addresses.length > 0 && addresses.every(isPublicAddress)) return addresses
  throw new SourceRefused(
    'git_address_refused',
    `${host} is an address of this server or of its local network, which code may not be fetched from. ` +
      "Use a public address, or ask the platform's owner to allow local ones.",
  )
}

/** Whether an IP address is one of the public internet (IANA's special-purpose registries, RFC 6890 and after). */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !SPECIAL.check(address, 'ipv4')
  // Only 2000::/3 is given out for the internet; IPv4 in disguise (::ffff:…, 64:ff9b::…) lies outside of it.
  return GLOBAL_IPV6.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6')
}

const GLOBAL_IPV6 = new BlockList()
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6')

const SPECIAL = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier's own
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, with the metadata of clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // old 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
] as const) {
  SPECIAL.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: an IPv4 address in disguise
  ['3fff::', 20], // documentation
] as const) {
  SPECIAL.addSubnet(network, prefix, 'ipv6')
}
