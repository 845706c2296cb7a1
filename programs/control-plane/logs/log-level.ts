/** How bad a line of output is, as far as the line itself says so. Pure. */
import type { LogLine } from '@seaworthy/telemetry'

export type LogLevel = 'error' | 'warn' | 'info'

/** What somebody asks for: these, and what is worse. */
export type LevelFilter = 'error' | 'warn'

/** A line of JSON with the names that loggers use: text, or the numbers of pino and bunyan. */
const JSON_LEVEL = /"(?:level|severity|lvl|levelname)"\s*:\s*(?:"([A-Za-z]+)"|(\d{1,3}))/
const ERROR =
  /\b(?:error|fatal|critical|crit|panic|emerg|alert)\b|\b\w*(?:Error|Exception):|^Traceback |\bUncaught\b/i
const WARN = /\bwarn(?:ing)?\b/i
const CALM = /\b(?:info|debug|trace|notice|verbose)\b/i
/** A level stands at the start of a line, behind a time and the like. */
const HEAD_CHARACTERS = 200

export function levelOf({ text, stream }: Pick<LogLine, 'text' | 'stream'>): LogLevel {
  const head = text.slice(0, HEAD_CHARACTERS)
  const [, name, number] = JSON_LEVEL.exec(text.startsWith('{') ? text.slice(0, 2_000) : '') ?? []
  if (number !== undefined) return Number(number) >= 50 ? 'error' : Number(number) >= 40 ? 'warn' : 'info'
  const said = name ?? head
  if (ERROR.test(said)) return 'error'
  if (WARN.test(said)) return 'warn'
  // What is written to the stream for errors, and does not say that it is none.
  return stream === 'stderr' && !CALM.test(said) ? 'warn' : 'info'
}

export function isAtLeast(level: LevelFilter | undefined, line: Pick<LogLine, 'text' | 'stream'>): boolean {
  if (level === undefined) return true
  const found = levelOf(line)
  return found === 'error' || (level === 'warn' && found === 'warn')
}
