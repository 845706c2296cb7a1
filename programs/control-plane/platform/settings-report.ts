/** The settings of a running platform as its administrators see them. Pure. */
import type { Setting } from '@seaworthy/api'
import type { Environment, Settings } from '@seaworthy/kit'

/**
 * @param env only says where a value came from; the values are those in use
 * @returns in the order of the declarations, the values of secrets left out
 */
export function settingsReport(
  declared: Settings,
  { config, env }: { config: Readonly<Record<string, unknown>>; env: Environment },
): Setting[] {
  return Object.entries(declared).map(([key, { name, description, secret = false, default: fallback }]) => ({
    name,
    description,
    value: secret ? null : textOf(config[key]),
    default: fallback === undefined || fallback === '' ? null : String(fallback),
    source: sourceOf(name, env, config[key]),
    isSecret: secret,
  }))
}

function sourceOf(name: string, env: Environment, value: unknown): Setting['source'] {
  if (env[name]) return 'environment'
  if (env[`${name}_FILE`]) return 'file'
  return textOf(value) === null ? 'unset' : 'default'
}

/** As somebody would write it into the environment. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = Array.isArray(value)
    ? value.join(',')
    : typeof value === 'object'
      ? Object.entries(value)
          .filter(([, part]) => part !== undefined && part !== null)
          .map(([part, amount]) => `${part}=${amount}`)
          .join(',')
      : String(value)
  return text === '' ? null : text
}
