/** The name in an app's address. Pure. */

export const MIN_SLUG_LENGTH = 3
export const MAX_SLUG_LENGTH = 40

/** Names that the platform, mail, or people's expectations own: `status.example.com` is nobody's app. */
const RESERVED = new Set(
  `about abuse account accounts acme admin administrator api app apps assets auth billing blog cdn cli console
  control-plane dashboard db dev dns docs edge example ftp gateway git health help home host hostmaster imap internal
  invalid live local localhost login logout mail metrics mta-sts mx my node ns ns1 ns2 ntp oauth openid owner
  platform pop pop3 postmaster proxy ready registry root router seaworthy security server setup sftp signin signup
  sip smtp ssh ssl static status support sysadmin system test tls vpn webhook webhooks webmail webmaster well-known
  wpad www www1 www2`.split(/\s+/),
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
