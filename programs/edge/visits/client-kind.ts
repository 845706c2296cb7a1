/** What a user agent says of itself, coarsely. */
export interface ClientKind {
  isBot: boolean
  device: 'phone' | 'tablet' | 'desktop' | 'other'
  /** Family only: versions would tell people apart. */
  browser: string
}

const BOT =
  /bot\b|bot[/;_-]|crawl|spider|slurp|scrap|fetch|monitor|probe|preview|headless|lighthouse|facebookexternalhit|embedly|curl|wget|python|java\/|ruby|perl|php\/|go-http|okhttp|axios|node|undici|libwww|httpclient|http-client|http_|postman|insomnia|wrk|ab\/|k6\/|feed|rss|validator|archive/i
const TABLET = /ipad|tablet|kindle|silk|playbook|android(?!.*mobile)/i
const PHONE = /iphone|ipod|mobile|phone|opera mini/i
const DESKTOP = /windows nt|macintosh|x11|linux|cros/i
/** Order counts: most browsers also name those that they descend from. */
const BROWSERS: readonly [name: string, sign: RegExp][] = [
  ['Edge', /\bedga?\/|edgios\/|edg\//i],
  ['Opera', /\bopr\/|opera|opios\//i],
  ['Samsung Internet', /samsungbrowser\//i],
  ['Firefox', /firefox\/|fxios\//i],
  ['Chrome', /chrome\/|crios\/|chromium\//i],
  ['Safari', /version\/.*safari\/|iphone|ipad/i],
]

/** By a few rules instead of a library of thousands: coarse is what privacy asks for, and what a chart can show. */
export function clientKind(userAgent: string | undefined): ClientKind {
  if (userAgent === undefined || userAgent.length < 20)
    return { isBot: true, device: 'other', browser: 'other' }
  const browser = BROWSERS.find(([, sign]) => sign.test(userAgent))?.[0] ?? 'other'
  return { isBot: BOT.test(userAgent), device: deviceOf(userAgent), browser }
}

function deviceOf(userAgent: string): ClientKind['device'] {
  if (TABLET.test(userAgent)) return 'tablet'
  if (PHONE.test(userAgent)) return 'phone'
  return DESKTOP.test(userAgent) ? 'desktop' : 'other'
}

const MAX_REMEMBERED = 500

/** `clientKind` with a memory: browsers are few, and their names are long. */
export class ClientKinds {
  readonly #known = new Map<string, ClientKind>()

  of(userAgent: string | undefined): ClientKind {
    const known = this.#known.get(userAgent ?? '')
    if (known) return known
    const kind = clientKind(userAgent)
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear()
    this.#known.set(userAgent ?? '', kind)
    return kind
  }
}
