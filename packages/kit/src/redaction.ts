const REDACTED = '[redacted]'
const MAX_DEPTH = 8

const SECRET_NAMES = new Set([
  'auth',
  'authorization',
  'cookie',
  'credential',
  'credentials',
  'jwt',
  'key',
  'otp',
  'passwd',
  'pwd',
  'sessionid',
  'sig',
  'signature',
])
const SECRET_ENDINGS =
  /(?:authorization|cookie|credentials|passphrase|password|secret|secrets|token|apikey|accesskey|encryptionkey|masterkey|privatekey|secretkey|signingkey)$/

// Names as they occur in query strings: `code` and `state` are the secrets of an OAuth redirect.
const QUERY_SECRET =
  /([?&;](?:[\w.-]*(?:token|secret|password|passwd|signature|credential|api[-_]?key|access[-_]?key)|auth|code|jwt|key|otp|pwd|session|sig|state)=)[^&;#\s"'\\<>]+/gi
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/"\\]*:)[^\s@/"\\]+(?=@)/gi
const AUTH_SCHEME = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/-]{6,}=*/g

/** Whether a field of this name holds a secret: case, `-` and `_` do not matter. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[-_]/g, '')
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.test(plain)
}

/** A copy of `value` in which every field with a secret name, at any depth, reads `[redacted]`. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '[too deep]'
  if (Array.isArray(value)) return value.map(item => redact(item, depth + 1))
  if (value instanceof Date || ArrayBuffer.isView(value)) return value
  if (value instanceof Error) return redactError(value, depth)
  if (value instanceof Map) return redactEntries([...value], depth)
  if (value instanceof Set) return redact([...value], depth)
  if ('toJSON' in value && typeof value.toJSON === 'function') return redact(value.toJSON(), depth + 1)
  return redactEntries(Object.entries(value), depth)
}

/** A copy of `text` without secrets in query strings, passwords in URLs, and bearer or basic credentials. */
export function scrubText(text: string): string {
  let scrubbed = text
  if (text.includes('=')) scrubbed = scrubbed.replace(QUERY_SECRET, `$1${REDACTED}`)
  if (text.includes('://')) scrubbed = scrubbed.replace(URL_PASSWORD, `$1${REDACTED}`)
  if (/bearer|basic/i.test(text)) scrubbed = scrubbed.replace(AUTH_SCHEME, `$1 ${REDACTED}`)
  return scrubbed
}

function redactEntries(entries: [unknown, unknown][], depth: number): object {
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      isSecretName(String(name)) && value !== undefined && value !== null
        ? REDACTED
        : redact(value, depth + 1),
    ]),
  )
}

function redactError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error
  const facts = redactEntries(Object.entries({ ...error }), depth)
  return {
    type: name,
    message,
    stack,
    ...facts,
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  }
}
