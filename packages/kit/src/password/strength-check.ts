/**
 * How hard a password is to guess, by zxcvbn with its dictionaries, and whether it is on the list of common ones.
 * The dictionaries take about 150 MB once they are loaded and a judgement up to half a second of work, so both are
 * left to a process of their own, which goes when nobody asked it anything for a moment.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../errors.ts'

export interface Strength {
  /** On the list of common passwords, in whatever case it is written. */
  isCommon: boolean
  /** `is easy to guess: it is much like a common password; …`; undefined when it is not. */
  weakness?: string
}

export interface StrengthCheck {
  /** Rejects with `password_check_failed` when the process cannot be asked. */
  judge(password: string, about: readonly string[]): Promise<Strength>
  close(): void
}

export interface StrengthCheckOptions {
  /** How long the process stays after the last question. 1 s unless told. */
  idleMs?: number
  /** Longest time for an answer, the start of the process included. 30 s unless told. */
  deadlineMs?: number
}

/** What goes to the process and what comes back. */
export interface StrengthQuestion {
  id: number
  password: string
  about: readonly string[]
}
export type StrengthAnswer = { id: number } & Strength

/** Runs as TypeScript in the repository, as JavaScript in the published package. */
const PROGRAM = fileURLToPath(
  new URL(`./strength-process${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
)

export function createStrengthCheck({
  idleMs = 1_000,
  deadlineMs = 30_000,
}: StrengthCheckOptions = {}): StrengthCheck {
  return new StrengthProcess({ idleMs, deadlineMs })
}

interface Waiting {
  resolve: (strength: Strength) => void
  reject: (reason: unknown) => void
}

class StrengthProcess implements StrengthCheck {
  readonly #options: Required<StrengthCheckOptions>
  readonly #waiting = new Map<number, Waiting>()
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #lastId = 0

  constructor(options: Required<StrengthCheckOptions>) {
    this.#options = options
  }

  async judge(password: string, about: readonly string[]): Promise<Strength> {
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<Strength>()
    this.#waiting.set(id, { resolve, reject })
    const child = this.#running()
    this.#hold(child, true)
    this.#endAfter(this.#options.deadlineMs)
    const question: StrengthQuestion = { id, password, about }
    child.send(question, error => error && this.#lose(child, error))
    return promise
  }

  close(): void {
    clearTimeout(this.#timer)
    if (this.#child) this.#lose(this.#child, new Error('The check was closed.'))
  }

  #running(): ChildProcess {
    if (this.#child) return this.#child
    // Nothing of our environment: the process judges words and needs no secret of ours.
    const { NODE_COMPILE_CACHE } = process.env
    const env = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }
    const child = fork(PROGRAM, [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    child.on('message', message => this.#answered(child, message as StrengthAnswer))
    child.on('error', error => this.#lose(child, error))
    child.on('exit', code => this.#lose(child, new Error(`The process ended with ${code}.`)))
    this.#child = child
    return child
  }

  #answered(child: ChildProcess, { id, ...strength }: StrengthAnswer): void {
    this.#waiting.get(id)?.resolve(strength)
    this.#waiting.delete(id)
    if (this.#waiting.size > 0 || child !== this.#child) return
    this.#hold(child, false)
    this.#endAfter(this.#options.idleMs)
  }

  /** An idle check keeps no program alive; one that owes an answer does. */
  #hold(child: ChildProcess, held: boolean): void {
    if (held) child.channel?.ref()
    else child.channel?.unref()
    if (held) child.ref()
    else child.unref()
  }

  #endAfter(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.close(), delayMs)
    this.#timer.unref()
  }

  #lose(child: ChildProcess, cause: Error): void {
    child.kill('SIGKILL')
    if (child !== this.#child) return
    this.#child = undefined
    const message = 'The password could not be checked for its strength. Try again.'
    for (const { reject } of this.#waiting.values())
      reject(new AppError('password_check_failed', message, { status: 503, cause }))
    this.#waiting.clear()
  }
}
