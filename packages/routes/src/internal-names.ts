/** Names by which apps of one team reach one another: `api.internal`. ICANN reserved the domain for private use. */
export const INTERNAL_DOMAIN = 'internal'

export function internalHost(slug: string): string {
  return `${slug}.${INTERNAL_DOMAIN}`
}
