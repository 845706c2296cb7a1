/** What scripts may rely on: the exit code of every command. */
import { ApiError } from '@seaworthy/api/client'

export const EXIT = { ok: 0, failed: 1, usage: 2, notSignedIn: 3, notFound: 4, refused: 5 } as const

/** A mistake in how a command was called, found before anything was asked of the platform. */
export class UsageError extends Error {}

/** A command that did its work and has bad news: its output is written, only the exit code is left. */
export class CommandFailed extends Error {
  readonly exitCode: number

  /** @param exitCode of a command whose exit code is ours */
  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.exitCode = exitCode
  }
}

/** 403: not allowed; 429: too often or over a quota; 507: no room. All are policy, not faults. */
const REFUSED = [403, 429, 507]

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof CommandFailed) return error.exitCode
  if (!(error instanceof ApiError)) return EXIT.failed
  if (error.status === 401) return EXIT.notSignedIn
  if (error.status === 404) return EXIT.notFound
  if (error.status === 400) return EXIT.usage
  return REFUSED.includes(error.status) ? EXIT.refused : EXIT.failed
}
