import type { ChallengeType } from '../acme/acme-objects.ts'
import { baseName } from '../host-name.ts'

/** RFC 8659: who may give certificates for a name. */
export interface CaaRecord {
  /** A checker that does not know the tag must refuse. */
  critical: boolean
  tag: string
  value: string
}

export interface CaaQuestion {
  host: string
  /** The names by which the authority is known; empty where it does not say. */
  identities: readonly string[]
  /** What the proof is to be; undefined: any. */
  challenge?: ChallengeType | undefined
  accountUrl?: string | undefined
}

export interface CaaVerdict {
  allowed: boolean
  /** A sentence about why, for people. */
  reason: string
}

/** The record set that counts: of the name or the closest ancestor that has one (RFC 8659, 3). */
export async function relevantCaa(
  host: string,
  look: (name: string) => Promise<CaaRecord[]>,
): Promise<{ name: string; records: CaaRecord[] }> {
  for (let name = baseName(host); ; name = name.slice(name.indexOf('.') + 1)) {
    const records = await look(name)
    if (records.length > 0 || !name.includes('.')) return { name, records }
  }
}

/** Whether the authority may give a certificate by these records. Pure. */
export function judgeCaa(
  { name, records }: { name: string; records: readonly CaaRecord[] },
  question: CaaQuestion,
): CaaVerdict {
  const unknown = records.find(({ critical, tag }) => critical && !KNOWN_TAGS.has(tag))
  if (unknown) return refused(name, `has a critical record "${unknown.tag}" that nobody knows`)
  const wild = records.filter(({ tag }) => tag === 'issuewild')
  const plain = records.filter(({ tag }) => tag === 'issue')
  const counting = question.host.startsWith('*.') && wild.length > 0 ? wild : plain
  if (counting.length === 0)
    return { allowed: true, reason: 'No CAA record limits who may give certificates.' }
  const properties = counting.map(({ value }) => parseIssue(value))
  if (properties.some(property => permits(property, question)))
    return { allowed: true, reason: `The CAA records of ${name} allow the authority.` }
  const allowed = properties.map(({ issuer }) => issuer).filter(issuer => issuer !== '')
  if (allowed.length === 0) return refused(name, 'forbid every authority')
  if (question.identities.length === 0)
    return {
      allowed: true,
      reason: `The CAA records of ${name} allow ${allowed.join(', ')}; the authority does not say whether it is one of them.`,
    }
  return refused(name, `allow ${allowed.join(', ')} alone, and not as it is asked here`)
}

/** As Node gives them: `{ critical: 0, issue: 'letsencrypt.org' }`. */
export function parseCaa(record: object): CaaRecord {
  const { critical = 0, ...rest } = record as Record<string, unknown>
  const [tag = '', value = ''] = Object.entries(rest).find(([name]) => name !== 'type') ?? []
  return { critical: Number(critical) >= 128 || critical === 1, tag: tag.toLowerCase(), value: String(value) }
}

const KNOWN_TAGS = new Set([
  'issue',
  'issuewild',
  'iodef',
  'contactemail',
  'contactphone',
  'issuemail',
  'issuevmc',
])

interface IssueProperty {
  /** Empty: nobody. */
  issuer: string
  parameters: Map<string, string>
}

/** RFC 8659, 4.2: `issuer; name=value; name=value` */
function parseIssue(value: string): IssueProperty {
  const [issuer = '', ...parameters] = value.split(';').map(part => part.trim())
  const pairs = parameters
    .filter(part => part !== '')
    .map(
      part => [part.split('=')[0]!.trim().toLowerCase(), part.slice(part.indexOf('=') + 1).trim()] as const,
    )
  return { issuer: issuer.toLowerCase(), parameters: new Map(pairs) }
}

/** With RFC 8657: some records name the account or the ways of proof. */
function permits({ issuer, parameters }: IssueProperty, question: CaaQuestion): boolean {
  if (!question.identities.includes(issuer)) return false
  const account = parameters.get('accounturi')
  if (account !== undefined && question.accountUrl !== undefined && account !== question.accountUrl)
    return false
  const methods = parameters
    .get('validationmethods')
    ?.split(',')
    .map(method => method.trim())
  return methods === undefined || question.challenge === undefined || methods.includes(question.challenge)
}

function refused(name: string, why: string): CaaVerdict {
  return { allowed: false, reason: `The CAA records of ${name} ${why}.` }
}
