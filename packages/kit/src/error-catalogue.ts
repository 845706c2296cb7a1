import { AppError, type AppErrorOptions } from './errors.ts'

export interface ErrorDefinition {
  /** HTTP status, 400 to 599. */
  status: number
  /** A sentence for people, with `{name}` where a value goes: what happened, to what, what to do next. */
  message: string
}

/** The values that a template needs: `'No app named {slug}.'` asks for `{ slug }`. */
export type TemplateValues<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Record<Name, string | number> & TemplateValues<Rest>
  : unknown

type Extras = Omit<AppErrorOptions, 'status'>

export interface ErrorFactory<Template extends string> {
  readonly code: string
  readonly status: number
  readonly template: Template
  /** Makes the error; the caller throws it. A template without values takes `{}` or nothing. */
  (
    ...args: unknown extends TemplateValues<Template>
      ? [values?: Record<never, never>, extras?: Extras]
      : [values: TemplateValues<Template>, extras?: Extras]
  ): AppError
  /** Whether `error` is one of this code. */
  is(error: unknown): error is AppError
}

export type ErrorCatalogue<Definitions extends Record<string, ErrorDefinition>> = {
  readonly [Code in keyof Definitions]: ErrorFactory<Definitions[Code]['message']>
}

/**
 * A catalogue of errors by stable code: `const errors = defineErrors({ app_not_found: { status: 404, message:
 * 'There is no app named {slug}.' } })`, then `throw errors.app_not_found({ slug })`.
 * Callers rely on codes, so a retired one stays in `retired` for good: defining it again throws at once.
 */
export function defineErrors<const Definitions extends Record<string, ErrorDefinition>>(
  definitions: Definitions,
  { retired = [] }: { retired?: readonly string[] } = {},
): ErrorCatalogue<Definitions> {
  for (const [code, definition] of Object.entries(definitions)) checkDefinition(code, definition, retired)
  const factories = Object.entries(definitions).map(([code, definition]) => [code, factory(code, definition)])
  return Object.freeze(Object.fromEntries(factories)) as ErrorCatalogue<Definitions>
}

function checkDefinition(
  code: string,
  { status, message }: ErrorDefinition,
  retired: readonly string[],
): void {
  if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(code)) {
    throw new TypeError(`Error code '${code}' must be lower-case words joined by '_'.`)
  }
  if (retired.includes(code)) {
    throw new TypeError(`Error code '${code}' is retired: callers may still know it by its old meaning.`)
  }
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new TypeError(`Error '${code}' has status ${status}; an error has 400 to 599.`)
  }
  if (message.trim() === '') throw new TypeError(`Error '${code}' needs a message.`)
}

function factory(code: string, { status, message }: ErrorDefinition): ErrorFactory<string> {
  const create = (values: object = {}, extras: Extras = {}) =>
    new AppError(code, fillTemplate(code, message, values), { ...extras, status })
  const is = (error: unknown): error is AppError => error instanceof AppError && error.code === code
  return Object.assign(create, { code, status, template: message, is })
}

function fillTemplate(code: string, template: string, values: object): string {
  const known = new Map(Object.entries(values))
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (!known.has(name)) throw new TypeError(`Error '${code}' needs a value for {${name}}.`)
    return String(known.get(name))
  })
}
