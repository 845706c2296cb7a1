import { Resolver } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { type CaaRecord, parseCaa } from './caa.ts'

export interface DnsLookupOptions {
  /** `192.0.2.53` or `192.0.2.53:5353`, with commas. The system's when missing. */
  servers?: readonly string[] | undefined
  /** For each attempt of each server. 3 s when missing. */
  timeoutMs?: number
}

/** What DNS says about a host. */
export interface HostRecords {
  addresses: string[]
  /** Where it is an alias. */
  cname: string | undefined
  /** Set where DNS did not answer, as against answering that there is nothing. */
  problem: string | undefined
}

const TIMEOUT_MS = 3_000
const TRIES = 2
/** That a name or record does not exist is an answer, too. */
const NOTHING_THERE = new Set(['ENOTFOUND', 'ENODATA'])

/** Asks DNS, by the resolvers that are set or the system's. */
export class DnsLookup {
  readonly #options: DnsLookupOptions

  constructor(options: DnsLookupOptions = {}) {
    this.#options = options
  }

  /** IPv4 and IPv6. Never rejects. */
  async host(name: string): Promise<HostRecords> {
    const resolver = this.#resolver()
    const [v4, v6, aliases] = await Promise.all([
      answered(resolver.resolve4(name)),
      answered(resolver.resolve6(name)),
      answered(resolver.resolveCname(name)),
    ])
    return {
      addresses: [...v4.records, ...v6.records],
      cname: aliases.records[0],
      problem: v4.records.length + v6.records.length > 0 ? undefined : (v4.problem ?? v6.problem),
    }
  }

  /** The values of all TXT records at exactly this name. Rejects when DNS does not answer. */
  async texts(name: string): Promise<string[]> {
    const { records, problem } = await answered(this.#resolver().resolveTxt(name))
    if (problem !== undefined) throw new Error(`DNS does not answer for ${name}: ${problem}`)
    return records.map(parts => parts.join(''))
  }

  /** The CAA records at exactly this name. Rejects when DNS does not answer: an authority would refuse then, too. */
  async caa(name: string): Promise<CaaRecord[]> {
    const { records, problem } = await answered(this.#resolver().resolveCaa(name))
    if (problem !== undefined) throw new Error(`DNS does not answer for ${name}: ${problem}`)
    return records.map(parseCaa)
  }

  /**
   * The TXT records as each of the name servers of the zone has them, so that no cache is in between. Where those
   * cannot be found out, what the resolver says.
   */
  async textsAtSource(name: string): Promise<Map<string, string[]>> {
    const servers = await this.#authoritativeServers(name)
    if (servers.length === 0) return new Map([['the resolver', await this.texts(name)]])
    const found = servers.map(async server => {
      const resolver = new DnsLookup({ ...this.#options, servers: [server] })
      return [server, await resolver.texts(name).catch(() => [])] as const
    })
    return new Map(await Promise.all(found))
  }

  /** For a connection to where these resolvers say that a name is. */
  asLookup(): LookupFunction {
    return (name, options, callback) => {
      this.host(name).then(({ addresses, problem }) => {
        const all = addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
        if (all.length === 0) callback(notFound(name, problem), '', 0)
        else if (options.all) callback(null, all)
        else callback(null, all[0]!.address, all[0]!.family)
      })
    }
  }

  /** Addresses, by the closest ancestor that has NS records. With a resolver that was set, that one is the source. */
  async #authoritativeServers(name: string): Promise<string[]> {
    if (this.#options.servers?.length) return []
    const resolver = this.#resolver()
    for (let zone = name; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
      const { records } = await answered(resolver.resolveNs(zone))
      if (records.length === 0) continue
      const addresses = await Promise.all(records.map(server => answered(resolver.resolve4(server))))
      return addresses.flatMap(({ records: [first] }) => (first === undefined ? [] : [first]))
    }
    return []
  }

  #resolver(): Resolver {
    const resolver = new Resolver({ timeout: this.#options.timeoutMs ?? TIMEOUT_MS, tries: TRIES })
    if (this.#options.servers?.length) resolver.setServers([...this.#options.servers])
    return resolver
  }
}

async function answered<Item>(asked: Promise<Item[]>): Promise<{ records: Item[]; problem?: string }> {
  try {
    return { records: await asked }
  } catch (error) {
    const { code = 'ESERVFAIL' } = error as NodeJS.ErrnoException
    return NOTHING_THERE.has(code) ? { records: [] } : { records: [], problem: code }
  }
}

function notFound(name: string, problem: string | undefined): NodeJS.ErrnoException {
  const code = problem ?? 'ENOTFOUND'
  return Object.assign(new Error(`${name} leads to no address (${code})`), { code })
}
