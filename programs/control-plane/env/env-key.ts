/** Which names and values an app's env may have. Pure. */

export const MAX_ENV_KEYS = 500
export const MAX_ENV_KEY_LENGTH = 128
export const MAX_ENV_VALUE_BYTES = 65_536
/** Linux gives arguments and environment of a process 2 MB together (execve(2)); half of it is left for the rest. */
export const MAX_ENV_TOTAL_BYTES = 1_048_576

/** Set by the platform, or able to change what the platform itself runs before the app's own code begins. */
const RESERVED = new Set([
  'PORT',
  'PATH',
  'HOME',
  'PWD',
  'SHELL',
  'USER',
  'LOGNAME',
  'BASH_ENV',
  'GCONV_PATH',
  '__proto__',
])
const RESERVED_PREFIXES = ['SEAWORTHY_', 'LD_']

/** A sentence that says what is wrong with a key, or undefined. */
export function envKeyProblem(key: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) {
    return 'A name holds letters, digits and _ only, and does not begin with a digit.'
  }
  if (key.length > MAX_ENV_KEY_LENGTH) return `A name has at most ${MAX_ENV_KEY_LENGTH} characters.`
  if (RESERVED.has(key) || RESERVED_PREFIXES.some(prefix => key.startsWith(prefix))) {
    return `${key} is set by the platform and cannot be changed.`
  }
  return undefined
}

/** A sentence that says what is wrong with a value, or undefined. */
export function envValueProblem(value: string): string | undefined {
  if (value.includes('\0')) return 'A value cannot hold a NUL character.'
  if (Buffer.byteLength(value) > MAX_ENV_VALUE_BYTES) return 'A value has at most 64 KB.'
  return undefined
}
