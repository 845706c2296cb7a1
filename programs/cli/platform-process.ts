import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { platformHome } from './connection.ts'

/** What the control plane tells the one who started it. */
export type PlatformMessage =
  | { type: 'ready'; urls: { dashboard: string; edge: string }; setupUrl: string | null; notes: string[] }
  | { type: 'stopped'; apps: string[]; edge: boolean }

const MAIN = join(dirname(fileURLToPath(import.meta.url)), '..', 'control-plane', 'main.ts')
const LAST_BYTES = 4000

/**
 * A control plane idles most of its life on a small server. A small young generation and a single malloc arena
 * keep some 20 MB less of what its start needed once (`npm run bench -- footprint`).
 */
export const CONTROL_PLANE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2']
export const CONTROL_PLANE_ENV = { MALLOC_ARENA_MAX: '1' }

/**
 * The control plane as a child in a session of its own, so that a Ctrl-C in the terminal reaches us alone and we
 * end it in order. Its log goes to a file in the home.
 */
export class PlatformProcess {
  readonly logFile: string
  readonly #child: ChildProcess
  /** Where this start begins in the log, in bytes: older lines tell of other days. */
  readonly #logStart: number
  #stopped: Extract<PlatformMessage, { type: 'stopped' }> | undefined

  private constructor(child: ChildProcess, log: { file: string; start: number }) {
    this.#child = child
    this.logFile = log.file
    this.#logStart = log.start
    child.on('message', (message: PlatformMessage) => {
      if (message.type === 'stopped') this.#stopped = message
    })
  }

  static start(env: NodeJS.ProcessEnv, args: readonly string[] = []): PlatformProcess {
    const logFile = join(platformHome(env), 'logs', 'control-plane.log')
    mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 })
    const log = openSync(logFile, 'a', 0o600)
    try {
      const start = fstatSync(log).size
      const child = spawn(process.execPath, [...CONTROL_PLANE_FLAGS, MAIN, ...args], {
        env: { ...CONTROL_PLANE_ENV, ...env },
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
      })
      return new PlatformProcess(child, { file: logFile, start })
    } finally {
      closeSync(log)
    }
  }

  /** Rejects with the last lines of the log when the control plane ends instead. */
  async ready(): Promise<Extract<PlatformMessage, { type: 'ready' }>> {
    const ready = new Promise<Extract<PlatformMessage, { type: 'ready' }>>(resolve => {
      this.#child.on('message', (message: PlatformMessage) => {
        if (message.type === 'ready') resolve(message)
      })
    })
    const outcome = await Promise.race([ready, this.ended().then(() => undefined)])
    if (outcome) return outcome
    throw new Error(
      `The platform did not start. The end of ${this.logFile}:\n${await readTail(this.logFile, this.#logStart)}`,
    )
  }

  /** Resolves with what goes on running without it. */
  async stop(): Promise<Extract<PlatformMessage, { type: 'stopped' }> | undefined> {
    this.#child.kill('SIGTERM')
    await this.ended()
    return this.#stopped
  }

  /** Kills it; a second Ctrl-C. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
    return this.#child.exitCode
  }

  /** Lets it run on without us. */
  release(): void {
    this.#child.disconnect()
    this.#child.unref()
  }
}

async function readTail(file: string, from: number): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const start = Math.max(from, size - LAST_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
    return readable(buffer.subarray(0, bytesRead).toString('utf8'))
  } finally {
    await handle.close()
  }
}

/** The messages of the last log lines, without the machinery around them. */
function readable(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .slice(-8)
    .map(line => {
      try {
        const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } }
        return [msg, err?.message].filter(Boolean).join(': ')
      } catch {
        return line
      }
    })
    .join('\n')
}
