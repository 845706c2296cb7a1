import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { AppError, type FieldError } from './errors.ts'
import { whyWeak } from './secret-strength.ts'

/** One setting of a program, read from the environment. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** The environment variable. Its value may also lie in a file that `<NAME>_FILE` names. */
  name: string
  /** Takes the text of the variable: `z.coerce.number()`, `z.stringbool()`, `z.url()`. `.optional()` if it may lack. */
  schema: Schema
  /** What an operator would write, parsed by the same schema. Not for secrets. */
  default?: string | number | boolean
  /** One sentence for the operator; it goes into `.env.example` and into messages. */
  description: string
  /** The value is never printed. */
  secret?: boolean
  /** Refuses a shorter text, a placeholder such as `changeme`, and a text of a few characters repeated. */
  minimumLength?: number
}

export type Settings = Record<string, Setting>

export type Config<Declared extends Settings> = {
  readonly [Key in keyof Declared]: z.output<Declared[Key]['schema']>
}

/** The environment as given by `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Every setting that is missing, malformed or weak, each with what to do; `errors` has one entry for each. */
export class ConfigError extends AppError {
  constructor(errors: FieldError[]) {
    const lines = errors.map(({ path, message }) => `  ${path} ${message}`)
    super('config_invalid', `The settings are not usable yet:\n${lines.join('\n')}`, {
      errors,
      operational: true,
    })
  }
}

/** Gives the declaration its precise type: `const settings = defineSettings({ port: { … } })`. */
export function defineSettings<const Declared extends Settings>(settings: Declared): Declared {
  for (const { name, secret, default: fallback } of Object.values(settings)) {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new TypeError(`Setting '${name}' must be upper case with '_'.`)
    if (secret && fallback !== undefined) throw new TypeError(`Secret '${name}' must not have a default.`)
  }
  return settings
}

/**
 * Reads every setting from `env`, or from the file that `<NAME>_FILE` names (one trailing newline is cut).
 * An empty variable counts as not set. Throws one ConfigError that names all that is wrong.
 */
export function loadConfig<Declared extends Settings>(
  settings: Declared,
  env: Environment,
): Config<Declared> {
  const errors: FieldError[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(settings)) {
    const outcome = readSetting(setting, env)
    if ('problem' in outcome) errors.push({ path: setting.name, message: outcome.problem })
    else values[key] = outcome.value
  }
  if (errors.length > 0) throw new ConfigError(errors)
  return Object.freeze(values) as Config<Declared>
}

type Outcome<Value> = { value: Value } | { problem: string }

function readSetting(setting: Setting, env: Environment): Outcome<unknown> {
  const raw = readRaw(setting.name, env)
  if ('problem' in raw) return raw
  const text = raw.value ?? (setting.default === undefined ? undefined : String(setting.default))
  const weakness = text !== undefined && whyWeak(text, setting.minimumLength)
  if (weakness) return { problem: `is too weak: ${weakness}.` }
  return parse(setting, text)
}

function readRaw(name: string, env: Environment): Outcome<string | undefined> {
  const direct = env[name] || undefined
  const file = env[`${name}_FILE`] || undefined
  if (file === undefined) return { value: direct }
  if (direct !== undefined) return { problem: `and ${name}_FILE are both set. Unset one of them.` }
  try {
    return { value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') || undefined }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    return { problem: `cannot be read from ${file}, which ${name}_FILE names (${reason}). Make it readable.` }
  }
}

function parse(setting: Setting, text: string | undefined): Outcome<unknown> {
  const result = setting.schema.safeParse(text)
  if (result.success) return { value: result.data }
  if (text === undefined)
    return { problem: `is missing. Set it, or ${setting.name}_FILE: ${setting.description}` }
  return { problem: describeMalformed(setting, text, result.error) }
}

/** A schema's own message may quote the value, so for a secret it stays unsaid. */
function describeMalformed({ secret, description }: Setting, text: string, error: z.ZodError): string {
  if (secret) return `does not have the right form. Expected: ${description}`
  const reasons = error.issues.map(issue => issue.message).join('; ')
  return `is ${JSON.stringify(shorten(text))}: ${reasons}. Expected: ${description}`
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
