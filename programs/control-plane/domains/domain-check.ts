import { networkInterfaces } from 'node:os'
import {
  type AcmeDirectory,
  type AddressGuard,
  baseName,
  type ChallengeType,
  type DnsLookup,
  exchange,
  judgeCaa,
  relevantCaa,
} from '@seaworthy/certificates'
import { AppError } from '@seaworthy/kit'
import { isPublicAddress } from '@seaworthy/source/public-address'
import { addressType, type DnsFinding, judgeDns, type Verdict, type WantedRecord } from './dns-verdict.ts'
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
    return judgeDns({ host, found, own: new Set(this.#ownAddresses()), wanted })
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
      if (allowed) return { name, state: 'ok', message: reason }
      return { name, state: 'failed', message: reason, todo: caaToSet(records.name, { host, identities }) }
    } catch (error) {
      const message = `${(error as Error).message}. An authority gives no certificate while it cannot read the CAA records.`
      return {
        name,
        state: 'warning',
        message,
        todo: 'See that the name servers answer for CAA records, too.',
      }
    }
  }

  /** Asks through the name for something that only our own edge can answer. */
  async reach(host: string): Promise<Verdict> {
    const visible = visibleName(host)
    const { probes, publish, acmeHttpPort: port } = this.#options
    const probe = probes.add(visible)
    const url = `http://${visible}${port === 80 ? '' : `:${port}`}/.well-known/acme-challenge/${probe.token}`
    const bounds = { timeoutMs: PROBE_TIMEOUT_MS, maxBytes: MAX_PROBE_BYTES }
    try {
      await publish()
      const answer = await exchange({ url, ...bounds, ...this.guard() })
      if (answer.status === 200 && answer.body.toString() === probe.answer)
        return { name: 'reach', state: 'ok', message: `Port ${port} of ${host} leads to this platform.` }
      return unreached(`Port ${port} of ${host} is answered by something else (status ${answer.status}).`)
    } catch (error) {
      return unreached(`Port ${port} of ${host} does not answer here: ${plain(error)}.`)
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

/**
 * Seen from this machine alone: some routers do not let a machine reach itself by its public address, so an authority
 * outside may well get through.
 */
function unreached(message: string): Verdict {
  const todo =
    'Open the port in every firewall, and have a router hand it on to this machine. (This was tried from the machine ' +
    'itself; some routers do not let it reach its own public address.)'
  return { name: 'reach', state: 'failed', message, todo }
}

function caaToSet(
  zone: string,
  { host, identities }: { host: string; identities: readonly string[] },
): string {
  const tag = host.startsWith('*.') ? 'issuewild' : 'issue'
  const records = identities.map(identity => `${zone} CAA 0 ${tag} "${identity}"`)
  return records.length === 0
    ? 'Add a CAA record for the authority, or remove those that are there.'
    : `Add to DNS: ${records.join(', or ')}. Or remove the CAA records.`
}

/** A wildcard is looked at by one of the names under it. */
function visibleName(host: string): string {
  return host.startsWith('*.') ? `seaworthy-check.${baseName(host)}` : host
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
