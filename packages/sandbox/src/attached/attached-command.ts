import type { Readable, Writable } from 'node:stream'

/** In characters. */
export interface TerminalSize {
  columns: number
  rows: number
}

export interface AttachSpec {
  /** Never a shell string. */
  argv: readonly string[]
  /** With a pseudo terminal of this size; with plain pipes when missing. */
  terminal?: TerminalSize
}

/**
 * One more command beside one that runs. It ends with that one, with the platform, or by `end`; nothing finds it again
 * after a restart of the platform.
 */
export interface AttachedCommand {
  stdin: Writable
  /** All of its output, with a terminal. Ends when everything was read. */
  stdout: Readable
  /** Undefined with a terminal. */
  stderr: Readable | undefined
  /** Does nothing without a terminal. */
  resize(size: TerminalSize): void
  /** 128 + signal when a signal ended it is for the caller to make: both are told. */
  exited: Promise<AttachedExit>
  /** Hangs up, then kills what is left of it. Idempotent. */
  end(): Promise<void>
}

export interface AttachedExit {
  code: number | null
  signal: NodeJS.Signals | null
}
