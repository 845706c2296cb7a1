/** What the DNS records of a host mean for its owner. Pure. */
import type { HostRecords } from '@seaworthy/certificates'
import type { DomainStep, SeenRecord } from './domain-settings.ts'

export interface WantedRecord {
  type: 'A' | 'AAAA' | 'CNAME'
  name: string
  value: string
}

/** What a check found, in plain words. */
export type Verdict = Omit<DomainStep, 'at'>

/** `unknown`: the platform does not know its own address. */
export interface DnsFinding extends Verdict {
  leads: 'here' | 'elsewhere' | 'nowhere' | 'unknown'
}

interface DnsFacts {
  host: string
  found: HostRecords
  /** Addresses of the platform; empty where it does not know them. */
  own: ReadonlySet<string>
  wanted: readonly WantedRecord[]
}

export function judgeDns(facts: DnsFacts): DnsFinding {
  const { found, own } = facts
  const finding = { name: 'dns' as const, seen: seenRecords(facts) }
  if (found.addresses.length === 0) return { ...finding, ...leadsNowhere(facts) }
  if (own.size === 0) return { ...finding, ...leadsSomewhere(facts) }
  const elsewhere = found.addresses.filter(address => !own.has(address))
  if (elsewhere.length === found.addresses.length) return { ...finding, ...leadsElsewhere(facts) }
  return { ...finding, ...leadsHere(facts, elsewhere) }
}

/** The sentence that names what has to stand in DNS. */
export function wantedInDns(wanted: readonly WantedRecord[]): string {
  if (wanted.length === 0) return 'Let it lead to this machine.'
  return `Set in DNS: ${wanted.map(({ type, name, value }) => `${name} ${type} ${value}`).join(', or ')}.`
}

export function addressType(address: string): 'A' | 'AAAA' {
  return address.includes(':') ? 'AAAA' : 'A'
}

type Outcome = Pick<DnsFinding, 'leads' | 'state' | 'message' | 'todo'>

function leadsNowhere({ host, found, wanted }: DnsFacts): Outcome {
  const { problem, cname } = found
  const why = problem ? `DNS does not answer for ${host} (${problem}).` : `DNS knows no address of ${host}.`
  const alias = cname === undefined ? '' : ` It is an alias of ${cname}, which leads nowhere.`
  const todo = problem
    ? `See that its name servers answer. ${wantedInDns(wanted)}`
    : `${wantedInDns(wanted)} A change may take until the old answer is forgotten, often an hour.`
  return { leads: 'nowhere', state: 'failed', message: `${why}${alias}`, todo }
}

function leadsSomewhere(facts: DnsFacts): Outcome {
  const message = `${aliased(facts)} leads to ${facts.found.addresses.join(', ')}. Port 80 will tell whether that is here.`
  return { leads: 'unknown', state: 'ok', message }
}

function leadsElsewhere(facts: DnsFacts): Outcome {
  const message = `${aliased(facts)} leads to ${facts.found.addresses.join(', ')}, and not here.`
  return { leads: 'elsewhere', state: 'failed', message, todo: wantedInDns(facts.wanted) }
}

function leadsHere(facts: DnsFacts, elsewhere: readonly string[]): Outcome {
  const here = facts.found.addresses.filter(address => !elsewhere.includes(address)).join(', ')
  if (elsewhere.length === 0)
    return { leads: 'here', state: 'ok', message: `${aliased(facts)} leads here (${here}).` }
  const others = elsewhere.map(address => `${facts.host} ${addressType(address)} ${address}`).join(', ')
  return {
    ...{ leads: 'here', state: 'warning' },
    message: `${aliased(facts)} leads here (${here}) and also to ${elsewhere.join(', ')}: some requests go there.`,
    todo: `Remove from DNS: ${others}.`,
  }
}

function aliased({ host, found: { cname } }: DnsFacts): string {
  return cname === undefined ? host : `${host}, an alias of ${cname},`
}

function seenRecords({ found, own }: DnsFacts): SeenRecord[] {
  const aliases = found.cname === undefined ? [] : [found.cname]
  return [
    ...aliases.map(value => ({ type: 'CNAME' as const, value, leadsHere: null })),
    ...found.addresses.map(value => ({
      ...{ type: addressType(value), value },
      leadsHere: own.size === 0 ? null : own.has(value),
    })),
  ]
}
