import { isSecretName } from '@seaworthy/kit/redaction'

const LONGEST_QUERY = 1_000
/** Many servers take `;` for `&`, as HTML 4 told them to; kept, so that the query reads as it came. */
const SEPARATORS = /([&;])/
const REDACTED = '[redacted]'
/** Names that are secrets in query strings only: `code` and `state` belong to OAuth redirects (RFC 6749). */
const QUERY_NAMES = new Set(['code', 'state', 'session', 'sid', 'ticket', 'invite', 'hash', 'mac', 'nonce'])
/** A JSON web token (RFC 7519), under whatever name. */
const WEB_TOKEN = /^eyJ[\w-]{8,}\.[\w-]+/

/**
 * A query as it may be kept: values whose names say that they are secret (`token`, `password`, `signature` …), and
 * what looks like a web token, read `[redacted]`. Names are looked at as a server would read them, decoded.
 * @param query without its question mark
 */
export function scrubQuery(query: string): string {
  return query
    .slice(0, LONGEST_QUERY)
    .split(SEPARATORS)
    .map(part => scrubPair(part))
    .join('')
}

function scrubPair(pair: string): string {
  const equals = pair.indexOf('=')
  if (equals === -1) return WEB_TOKEN.test(pair) ? REDACTED : pair
  const name = pair.slice(0, equals)
  const isSecret = hasSecretName(decoded(name)) || WEB_TOKEN.test(decoded(pair.slice(equals + 1)))
  return isSecret ? `${name}=${REDACTED}` : pair
}

/** `user[password]` and `auth.token` name it in their last part. */
function hasSecretName(name: string): boolean {
  return name
    .split(/[[\].]/)
    .filter(part => part !== '')
    .some(part => isSecretName(part) || QUERY_NAMES.has(part.toLowerCase()))
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
