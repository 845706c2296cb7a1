import { type DestinationStream, pino } from 'pino'
import { correlationId } from './correlation.ts'
import { redact, scrubText } from './redaction.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** `log.info({ app: 'shop' }, 'app started')`: facts are fields, the message is constant. */
export interface LogMethod {
  // biome-ignore lint/suspicious/noExplicitAny: the shape of pino, so that either logger fits where one is asked for
  (fields: object, message?: string, ...args: any[]): void
  // biome-ignore lint/suspicious/noExplicitAny: as above
  (message: string, ...args: any[]): void
}

/** The part of pino that our code uses. */
export interface Logger {
  level: string
  fatal: LogMethod
  error: LogMethod
  warn: LogMethod
  info: LogMethod
  debug: LogMethod
  trace: LogMethod
  silent: LogMethod
  /** A logger that adds `bindings` to each line. */
  child(bindings: object): Logger
}

export interface LoggerOptions {
  /** The program, as `name` in each line. */
  name: string
  /** `info` unless told. */
  level?: LogLevel
  /** Where lines go; standard output unless told. */
  destination?: DestinationStream
  /** Further paths to redact, in pino's notation: `['user.email', 'items[*].iban']`. */
  redactPaths?: string[]
}

/**
 * A pino logger: one JSON object a line, time in ISO 8601, `correlationId` of the request or job that runs.
 * Fields with secret names are redacted at any depth; secrets in query strings, URLs and auth schemes in any text.
 */
export function createLogger({ name, level = 'info', destination, redactPaths = [] }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactPaths, censor: '[redacted]' },
    mixin: correlationFields,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: redactFields,
    },
    serializers: { err: redact, error: redact, req: requestFields, res: responseFields },
    hooks: { streamWrite: scrubText },
  }
  return redactingChildren(destination ? pino(options, destination) : pino(options))
}

/** A logger that writes nothing. For tests, and for parts whose caller wants no log. */
export const silentLogger: Logger = pino({ level: 'silent' })

/** pino asks `formatters.bindings` for the root only, so that a child's bindings need their own redaction. */
function redactingChildren<Root extends Logger>(root: Root): Root {
  const bare = root.child
  root.child = function child(this: Root, bindings: object, ...rest: []) {
    return bare.call(this, redactFields(bindings), ...rest)
  }
  return root
}

/** Objects of `node:http` and Fastify are far too large to walk: the serializers take what is of use. */
const SERIALIZED = new Set(['err', 'error', 'req', 'res'])

function redactFields(fields: object): Record<string, unknown> {
  const heldBack: Record<string, unknown> = {}
  const others: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    ;(SERIALIZED.has(name) ? heldBack : others)[name] = value
  }
  return { ...(redact(others) as object), ...heldBack }
}

function correlationFields(): object {
  const id = correlationId()
  return id === undefined ? {} : { correlationId: id }
}

function requestFields(request: { method?: string; url?: string; ip?: string }): object {
  return { method: request.method, url: request.url, ip: request.ip }
}

function responseFields(response: { statusCode?: number }): object {
  return { statusCode: response.statusCode }
}
