/** The name in an app's address. Pure. */

export const MIN_SLUG_LENGTH = 3
export const MAX_SLUG_LENGTH = 40

/**
 * Names that the platform serves, that mail and the web's own machinery look up by themselves (RFC 2142, RFC 8461,
 * auto-configuration), or under which visitors expect the owner of the domain. Few, so that users find theirs free.
 */
const RESERVED = new Set(
  `acme admin administrator api assets autoconfig autodiscover dashboard docs edge ftp health hostmaster imap
  internal live localhost login logout mail metrics mta-sts ns ns1 ns2 pop pop3 postmaster ready root seaworthy
  security setup signin signup smtp ssh static status system webmail webmaster well-known wpad www`.split(
    /\s+/,
  ),
)

/** A sentence that says what is wrong with `slug`, or undefined when nothing is. */
export function slugProblem(slug: string): string | undefined {
  if (slug.length < MIN_SLUG_LENGTH) return `A slug has at least ${MIN_SLUG_LENGTH} characters.`
  if (slug.length > MAX_SLUG_LENGTH) return `A slug has at most ${MAX_SLUG_LENGTH} characters.`
  if (!/^[a-z0-9-]+$/.test(slug)) return 'A slug holds only a-z, 0-9 and hyphens.'
  if (slug.startsWith('-') || slug.endsWith('-')) return 'A slug does not begin or end with a hyphen.'
  // RFC 5891, 4.2.3.1: hyphens in the third and fourth place are for encoded names such as punycode's `xn--`.
  if (slug.slice(2, 4) === '--') return 'A slug has no two hyphens in the third and fourth place.'
  if (RESERVED.has(slug)) return `"${slug}" is a reserved name. Choose another, for example "${slug}-app".`
  return undefined
}
