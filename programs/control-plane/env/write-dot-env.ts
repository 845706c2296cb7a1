/** Writes `.env` files that `parseDotEnv` and others read. Pure. */
import type { ShownVariable } from './env-document.ts'

/**
 * One line for each variable, sorted by name. A secret is a comment without its value: it is write-only, also here.
 * What the file sets is read back as it was; importing it leaves the secrets alone.
 */
export function writeDotEnv(variables: Readonly<Record<string, ShownVariable>>): string {
  const keys = Object.keys(variables).sort()
  return keys.map(key => `${lineOf(key, variables[key]!)}\n`).join('')
}

function lineOf(key: string, { secret, value }: ShownVariable): string {
  return secret ? `# ${key}=(secret, not exported)` : `${key}=${quoted(value ?? '')}`
}

/** Bare where every reader agrees on it; else in double quotes, with everything escaped that means something there. */
function quoted(value: string): string {
  if (/^[\w./:@%+,-]*$/.test(value)) return value
  const escaped = value
    .replace(/[\\"$]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
  return `"${escaped}"`
}
