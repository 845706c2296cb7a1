/** What a secret looks like that somebody committed by mistake. Pure; what is found is never repeated. */

export interface FoundSecret {
  /** From 1. */
  line: number
  /** For people: `a private key`. */
  kind: string
}

const PATTERNS: readonly [kind: string, pattern: RegExp][] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/=\\\s]{64}/g],
  ['an age key', /\bAGE-SECRET-KEY-1[0-9A-Z]{50,}/g],
  ["a platform's master key", /"key"\s*:\s*"[A-Za-z0-9+/]{43}="/g],
  ['an API token of a platform', /\bswt_[0-9A-Za-z]{49}\b/g],
  ['a session or invitation token of a platform', /\bsw[a-su-z]_[\w-]{40,}/g],
  ['an AWS key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})/g],
  ['a GitLab token', /\bglpat-[\w-]{20,}/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a registry token', /_authToken\s*=\s*(?!\$)[\w-]{16,}/g],
  ['a Slack token', /\bxox[abeprs]-[\w-]{20,}/g],
  ['a Stripe key', /\b[sr]k_live_[A-Za-z0-9]{16,}/g],
  ['a Google key', /\bAIza[\w-]{35}\b/g],
  ['an AI provider key', /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{40,}/g],
  ['a JWT', /\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}/g],
]

/** Files that hold secrets by their nature, and are in no repository. */
const SECRET_FILES =
  /(?:^|\/)(?:\.env(?:\.(?!example$)[\w.-]+)?|id_(?:rsa|dsa|ecdsa|ed25519)|master\.json|\.netrc|\.pgpass|[^/]+\.(?:pem|key|p12|pfx|jks|kdbx))$/

/** A line with this says that a person has looked: an example out of a documentation, say. */
const LOOKED_AT = 'not a secret'
/** `swt_xxxx…` is a placeholder. */
const MIN_DISTINCT_CHARACTERS = 10

export function isSecretFile(path: string): boolean {
  return SECRET_FILES.test(path)
}

export function findSecrets(text: string): FoundSecret[] {
  const found = PATTERNS.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)]
      .filter(match => new Set(match[0]).size >= MIN_DISTINCT_CHARACTERS && !isLookedAt(text, match.index))
      .map(match => ({ line: text.slice(0, match.index).split('\n').length, kind })),
  )
  return found.sort((one, other) => one.line - other.line)
}

function isLookedAt(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at) + 1
  const end = text.indexOf('\n', at)
  return text.slice(start, end === -1 ? undefined : end).includes(LOOKED_AT)
}
