import { networkInterfaces } from 'node:os'
import {
  type AcmeDirectory,
  type AddressGuard,
  baseName,
  type ChallengeType,
  type DnsLookup,
  exchange,
  type HostRecords,
  judgeCaa,
  relevantCaa,
} from '@seaworthy/certificates'
import { AppError } from '@seaworthy/kit'
import { isPublicAddress } from '@seaworthy/source/public-address'
import type { DomainStep } from './domain-settings.ts'
import type { Probes } from './probes.ts'

export interface DomainCheckOptions {
  dns: DnsLookup
  probes: Probes
  publish(): Promise<void>
  /** Where apps are reached from outside, where it is set. */
  publicAddresses: readonly string[]
  /** Whether addresses of the local network may be asked. */
  allowLocal: boolean
  /** Where an authority asks for HTTP-01 answers. */
  acmeHttpPort: number
  /** Where apps of the platform answer. */
  baseDomain: string
}

export interface WantedRecord {
  type: 'A' | 'AAAA' | 'CNAME'
  name: string
  value: string
}

type Verdict = Omit<DomainStep, 'at'>

/** What a check found, with the sentence about it. */
export interface DnsFinding extends Verdict {
  found: HostRecords
  /** `unknown`: the platform does not know its own address. */
  leads: 'here' | 'elsewhere' | 'nowhere' | 'unknown'
}

const PROBE_TIMEOUT_MS = 10_000
const MAX_PROBE_BYTES = 1_024

/** Looks whether a host is set up as it must be. Each finding is a sentence for its owner; none of the methods rejects. */
export class DomainCheck {
  readonly #options: DomainCheckOptions

  constructor(options: DomainCheckOptions) {
    this.#options = options
  }

  /** What the owner has to set in DNS. An apex takes no CNAME (RFC 1034, 3.6.2). */
  wantedRecords(host: string, { slug, isApex }: { slug: string; isApex: boolean }): WantedRecord[] {
    const addresses = this.#ownAddresses().map(
      value => ({ type: addressType(value), name: host, value }) as const,
    )
    const { baseDomain } = this.#options
    if (isApex || !baseDomain.includes('.')) return addresses
    return [{ type: 'CNAME', name: host, value: `${slug}.${baseDomain}` }, ...addresses]
  }

  async dns(host: string, wanted: readonly WantedRecord[]): Promise<DnsFinding> {
    const found = await this.#options.dns.host(visibleName(host))
    const own = new Set(this.#ownAddresses())
    const [here, elsewhere] = [
      found.addresses.filter(a => own.has(a)),
      found.addresses.filter(a => !own.has(a)),
    ]
    const finding = { name: 'dns' as const, found }
    const shown = found.addresses.join(', ')
    if (found.addresses.length === 0) {
      const why = found.problem
        ? `DNS does not answer for ${host} (${found.problem}).`
        : `DNS knows no address of ${host}.`
      return { ...finding, leads: 'nowhere', state: 'failed', message: `${why} ${asked(wanted)}` }
    }
    if (own.size === 0)
      return { ...finding, leads: 'unknown', state: 'ok', message: `${host} leads to ${shown}.` }
    if (here.length === 0)
      return {
        ...finding,
        leads: 'elsewhere',
        state: 'failed',
        message: `${host} leads to ${shown}, and not here. ${asked(wanted)}`,
      }
    if (elsewhere.length > 0)
      return {
        ...finding,
        leads: 'here',
        state: 'warning',
        message: `${host} leads here (${here.join(', ')}) and also to ${elsewhere.join(', ')}: some requests go there. Remove that record.`,
      }
    return { ...finding, leads: 'here', state: 'ok', message: `${host} leads here (${shown}).` }
  }

  /** Whether the authority may give a certificate (RFC 8659). */
  async caa(
    host: string,
    {
      meta,
      challenge,
      accountUrl,
    }: {
      meta: AcmeDirectory['meta']
      challenge?: ChallengeType | undefined
      accountUrl?: string | undefined
    },
  ): Promise<Verdict> {
    const name = 'caa'
    try {
      const records = await relevantCaa(host, ancestor => this.#options.dns.caa(ancestor))
      const identities = meta?.caaIdentities ?? []
      const { allowed, reason } = judgeCaa(records, { host, identities, challenge, accountUrl })
      return { name, state: allowed ? 'ok' : 'failed', message: reason }
    } catch (error) {
      const message = `${(error as Error).message}. An authority gives no certificate while it cannot read the CAA records.`
      return { name, state: 'warning', message }
    }
  }

  /** Asks through the name for something that only our own edge can answer. */
  async reach(host: string): Promise<Verdict> {
    const name = 'reach'
    const visible = visibleName(host)
    const { probes, publish, acmeHttpPort: port } = this.#options
    const probe = probes.add(visible)
    const url = `http://${visible}${port === 80 ? '' : `:${port}`}/.well-known/acme-challenge/${probe.token}`
    try {
      await publish()
      const answer = await exchange({
        url,
        timeoutMs: PROBE_TIMEOUT_MS,
        maxBytes: MAX_PROBE_BYTES,
        ...this.guard(),
      })
      if (answer.status === 200 && answer.body.toString() === probe.answer)
        return { name, state: 'ok', message: `Port ${port} of ${host} leads to this platform.` }
      return {
        name,
        state: 'failed',
        message: `Port ${port} of ${host} is answered by something else (status ${answer.status}). ${ADVICE}`,
      }
    } catch (error) {
      return {
        name,
        state: 'failed',
        message: `Port ${port} of ${host} does not answer here: ${plain(error)}. ${ADVICE}`,
      }
    } finally {
      probes.remove(probe.token)
    }
  }

  /** Whether the TXT record stands in DNS. */
  async hasText({ name, value }: { name: string; value: string }): Promise<boolean> {
    const texts = await this.#options.dns.texts(name).catch((): string[] => [])
    return texts.includes(value)
  }

  /** For every connection that a user's name or address decides about. */
  guard(): AddressGuard {
    const { allowLocal, dns } = this.#options
    const own = new Set(this.#ownAddresses())
    return {
      lookup: dns.asLookup(),
      ...(!allowLocal && { mayReach: address => isPublicAddress(address) || own.has(address) }),
    }
  }

  #ownAddresses(): string[] {
    const { publicAddresses } = this.#options
    if (publicAddresses.length > 0) return [...publicAddresses]
    const found = Object.values(networkInterfaces()).flatMap(list => list ?? [])
    return found.map(({ address }) => address).filter(isPublicAddress)
  }
}

const ADVICE = 'Open the port in every firewall, and have a router hand it on to this machine.'

/** A wildcard is looked at by one of the names under it. */
function visibleName(host: string): string {
  return host.startsWith('*.') ? `seaworthy-check.${baseName(host)}` : host
}

function addressType(address: string): 'A' | 'AAAA' {
  return address.includes(':') ? 'AAAA' : 'A'
}

function asked(wanted: readonly WantedRecord[]): string {
  if (wanted.length === 0) return 'Let it lead to this machine.'
  return `Set in DNS: ${wanted.map(({ type, name, value }) => `${name} ${type} ${value}`).join(', or ')}.`
}

function plain(error: unknown): string {
  if (error instanceof AppError && error.code === 'address_refused') return 'it leads into a local network'
  const { name, code, message } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError') return 'no answer in time'
  return WORDS[code ?? ''] ?? code ?? message
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut off',
  EHOSTUNREACH: 'the address cannot be reached',
  ENETUNREACH: 'the address cannot be reached',
  ENOTFOUND: 'DNS knows no address',
}
