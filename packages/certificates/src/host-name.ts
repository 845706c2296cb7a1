import { isIP } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { certificateErrors } from './errors.ts'

/** A host that may be claimed. */
export interface HostName {
  /** As it stands in DNS, certificates and the route table: lower-case ASCII, without a final dot. */
  ascii: string
  /** For people. Where scripts are mixed as in a forgery, the same as `ascii`. */
  display: string
  /** `*.shop.example.com` */
  wildcard: boolean
  /** What one buys at a registrar: `example.com`. */
  registrable: string
  /** Whether it is the registrable name itself, where DNS allows no CNAME. */
  apex: boolean
}

/**
 * Reads a host as a person types it: any case, Unicode, a final dot. Throws `host_invalid` with what is wrong.
 * Rules: RFC 1123 for labels, RFC 5891 and UTS 46 for Unicode, the public suffix list for what belongs to everybody.
 */
export async function parseHostName(typed: string): Promise<HostName> {
  const refuse = (problem: string) => certificateErrors.host_invalid({ host: quoted(typed), problem })
  const wildcard = typed.startsWith('*.')
  const name = toAscii(wildcard ? typed.slice(2) : typed)
  const problem =
    name === undefined ? 'it has characters that no host name may have' : nameProblem(name, wildcard)
  if (name === undefined || problem !== undefined) throw refuse(problem!)
  const { registrable, problem: suffixProblem } = await registrableName(name, wildcard)
  if (registrable === undefined) throw refuse(suffixProblem!)
  return {
    ascii: wildcard ? `*.${name}` : name,
    display: wildcard ? `*.${displayName(name)}` : displayName(name),
    wildcard,
    registrable,
    apex: !wildcard && name === registrable,
  }
}

/**
 * Whether a host that was claimed is a registrable name itself. Never rejects: what anybody may register changes with
 * the list that says so, and a claim outlives that.
 */
export async function isApex(host: string): Promise<boolean> {
  return parseHostName(host).then(
    ({ apex }) => apex,
    () => false,
  )
}

/** The name without `*.`, where its DNS records stand. */
export function baseName(host: string): string {
  return host.startsWith('*.') ? host.slice(2) : host
}

/**
 * A host for people: in Unicode where that deceives nobody. A label with letters of two scripts that look alike stays
 * as it stands in DNS.
 */
export function displayName(ascii: string): string {
  const unicode = domainToUnicode(ascii)
  return unicode.split('.').some(mixesScripts) ? ascii : unicode || ascii
}

const LONGEST_NAME = 253
/** Marks of direction and other characters that are not seen, and spaces: they exist to deceive. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u
/** What a URL parser would take for the end of the host, or decode. */
const NO_HOST = /[%/:@\\?#[\]*]/

function toAscii(typed: string): string | undefined {
  if (typed.length > 1000 || UNSEEN.test(typed) || NO_HOST.test(typed)) return undefined
  const name = domainToASCII(typed).toLowerCase()
  if (name === '') return undefined
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** RFC 6761, RFC 6762, RFC 8375 and ICANN's `internal`: no authority gives certificates for these. */
const SPECIAL = new Set(['localhost', 'local', 'internal', 'invalid', 'onion', 'arpa', 'localdomain'])

function nameProblem(name: string, wildcard: boolean): string | undefined {
  if (isIP(name) !== 0) return 'it is an address. Claim the name that leads to it'
  const labels = name.split('.')
  if (name.length + (wildcard ? 2 : 0) > LONGEST_NAME) return `it has more than ${LONGEST_NAME} characters`
  if (labels.some(label => label.length > 63)) return 'a part between two dots has more than 63 characters'
  if (!labels.every(label => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label)))
    return 'its parts must be made of letters, digits and inner hyphens'
  if (SPECIAL.has(labels.at(-1)!)) return `names under .${labels.at(-1)} exist in local networks only`
  if (labels.length < 2) return wildcard ? 'a whole top-level domain belongs to nobody' : 'it has no dot'
  if (/^\d+$/.test(labels.at(-1)!)) return 'its last part is a number'
  return undefined
}

async function registrableName(
  name: string,
  wildcard: boolean,
): Promise<{ registrable?: string; problem?: string }> {
  // Loaded when needed: the list takes memory that an idle platform can do without.
  const { getDomain } = await import('tldts')
  const registrable = getDomain(name, { allowPrivateDomains: true })
  if (registrable !== null) return { registrable }
  const problem = `under ${displayName(name)} anybody can register names`
  return {
    problem: wildcard ? `${problem}, so nobody may have all of them` : `${problem}, so it is not yours`,
  }
}

function mixesScripts(label: string): boolean {
  const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u]
  return scripts.filter(script => script.test(label)).length > 1
}

/** In an error nothing may change how the rest of the line reads. */
function quoted(typed: string): string {
  const shown = [...typed.slice(0, 80)].map(letter =>
    UNSEEN.test(letter) ? `\\u{${letter.codePointAt(0)!.toString(16)}}` : letter,
  )
  return `"${shown.join('')}${typed.length > 80 ? '…' : ''}"`
}
