import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@seaworthy/kit'
import type { EdgeStatus } from '@seaworthy/routes'
import { EdgeEventStream } from './edge-event-stream.ts'
import { killUnresponsiveEdge, type LaunchedEdge, launchEdge, readEdgePid } from './edge-launch.ts'
import { askEdge } from './edge-request.ts'
import { EdgeStartFailed } from './errors.ts'

export interface EdgeProcessOptions {
  home: string
  httpPort: number
  httpsPort: number
  log: Logger
  /** Version of the platform: an edge of another version is replaced when it is adopted. */
  version: string
  /** Further settings for the edge, such as `SEAWORTHY_EDGE_WORKERS`. */
  env?: Record<string, string>
}

/** The first start compiles; a small server under load took more than 15 s for it. */
const START_TIMEOUT_MS = 60_000
const UNRESPONSIVE_MS = 3_000
const POLL_MS = 10
const MAX_BACKOFF_MS = 5_000
/** An edge that lived this long did not fail at its start. */
const STEADY_MS = 10_000

/**
 * Keeps one edge running: `start` → (adopted | started) → watched, restarted whenever it dies → `stop` or `leave`.
 * The edge is a process of its own that outlives the control plane: `leave` ends only the watching. Its death shows as
 * the end of the event stream, so nothing polls.
 */
export class EdgeProcess {
  readonly #options: EdgeProcessOptions
  readonly #log: Logger
  readonly #socketPath: string
  #stream: EdgeEventStream | undefined
  #starting: Promise<EdgeStatus> | undefined
  /** Set while we change the edge ourselves; its disappearance is then no failure. */
  #busy = false
  #left = false
  #reviving = false
  #launchedAt = 0
  #failures = 0

  constructor(options: EdgeProcessOptions) {
    this.#options = options
    this.#log = options.log.child({ part: 'edge' })
    this.#socketPath = join(options.home, 'run', 'edge.sock')
  }

  get socketPath(): string {
    return this.#socketPath
  }

  /**
   * Adopts the edge that runs, or starts one; resolves once it serves. An edge of another version or port is replaced.
   * @throws {EdgeStartFailed}
   */
  start(): Promise<EdgeStatus> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /**
   * Starts a new edge next to the running one, which then takes no new connections, finishes its requests and exits.
   * Resolves with the new one's status once the old one is asked to leave.
   */
  replace(): Promise<EdgeStatus> {
    return this.#replace('edge replaced')
  }

  async #replace(message: string): Promise<EdgeStatus> {
    this.#busy = true
    try {
      const before = await this.#status()
      const launched = await this.#launch()
      if (before) await this.#ask(this.#ownSocket(before.pid), 'POST', '/drain-and-exit')
      this.#log.info({ pid: launched.pid, replaced: before?.pid }, message)
      return launched
    } finally {
      this.#busy = false
    }
  }

  /** Ends the edge: it finishes its requests first. Resolves once it is gone. Idempotent. */
  async stop(): Promise<void> {
    this.leave()
    const status = await this.#status()
    if (!status) return
    await this.#ask(this.#socketPath, 'POST', '/drain-and-exit').catch(() => undefined)
    while (isAlive(status.pid)) await sleep(POLL_MS)
  }

  /** Stops watching; the edge runs on. Idempotent. */
  leave(): void {
    this.#left = true
    this.#stream?.close()
  }

  async #start(): Promise<EdgeStatus> {
    mkdirSync(join(this.#options.home, 'run'), { recursive: true, mode: 0o700 })
    const running = await this.#status()
    const status = running ? await this.#adopt(running) : await this.#launch()
    this.#watch()
    if (!status.compiledAtStart) return status
    // The very first start compiles TypeScript and keeps the compiler in memory; a second one comes from the cache.
    return this.#replace('edge started once more, now without the compiler in its memory')
  }

  async #adopt(running: EdgeStatus): Promise<EdgeStatus> {
    const { version, httpPort, httpsPort } = this.#options
    const isOurs =
      running.version === version && running.httpPort === httpPort && running.httpsPort === httpsPort
    this.#log.info({ pid: running.pid, version: running.version }, 'edge adopted')
    return isOurs ? running : this.replace()
  }

  #watch(): void {
    this.#stream = new EdgeEventStream({
      socketPath: this.#socketPath,
      log: this.#log,
      onEvent: () => undefined,
      onDisconnected: () => void this.#revive(),
    })
    this.#stream.start()
  }

  /** The edge's stream ended: unless another edge serves, a new one is started, however often that takes. */
  async #revive(): Promise<void> {
    if (this.#reviving) return
    this.#reviving = true
    try {
      await this.#reviveUntilServed()
    } finally {
      this.#reviving = false
    }
  }

  async #reviveUntilServed(): Promise<void> {
    while (!this.#left && !this.#busy) {
      if (await this.#serves()) return
      try {
        await this.#backOff()
        if (this.#left || this.#busy) return
        const { pid } = await this.#launch()
        this.#log.warn({ pid }, 'edge had died and was started again')
        return
      } catch (error) {
        this.#log.error({ err: error }, 'edge could not be started again')
      }
    }
  }

  /** Whether an edge answers; one that is alive and silent is ended, because it holds the port. */
  async #serves(): Promise<boolean> {
    const giveUpAt = Date.now() + UNRESPONSIVE_MS
    for (;;) {
      const status = await this.#status()
      if (status && !status.isDraining) return true
      const pid = readEdgePid(this.#options.home)
      if (pid === undefined || !isAlive(pid)) return false
      if (Date.now() > giveUpAt) {
        killUnresponsiveEdge(pid)
        return false
      }
      await sleep(POLL_MS)
    }
  }

  /** The first restart comes at once; one that fails again and again comes later and later. */
  async #backOff(): Promise<void> {
    this.#failures = Date.now() - this.#launchedAt > STEADY_MS ? 0 : this.#failures + 1
    if (this.#failures > 1) await sleep(Math.min(100 * 2 ** this.#failures, MAX_BACKOFF_MS))
  }

  async #launch(): Promise<EdgeStatus> {
    this.#launchedAt = Date.now()
    const edge = launchEdge(this.#options)
    const giveUpAt = Date.now() + START_TIMEOUT_MS
    for (;;) {
      const status = await this.#status(this.#ownSocket(edge.pid))
      // Its socket answers before the common name points to it: only the latter is "serves".
      if (status && (await this.#status())?.pid === edge.pid) return status
      this.#throwIfOver(edge, giveUpAt)
      await sleep(POLL_MS)
    }
  }

  #throwIfOver(edge: LaunchedEdge, giveUpAt: number): void {
    if (edge.exit) throw new EdgeStartFailed(edge.lastWords() || `it ended with ${edge.exit}`, edge.logFile)
    if (Date.now() < giveUpAt) return
    edge.kill()
    throw new EdgeStartFailed(`it did not serve within ${START_TIMEOUT_MS / 1000} s`, edge.logFile)
  }

  #ownSocket(pid: number): string {
    return join(this.#options.home, 'run', `edge-${pid}.sock`)
  }

  /** Undefined when none answers. */
  async #status(socketPath = this.#socketPath): Promise<EdgeStatus | undefined> {
    try {
      return (await this.#ask(socketPath, 'GET', '/status')) as EdgeStatus
    } catch {
      return undefined
    }
  }

  async #ask(socketPath: string, method: string, path: string): Promise<unknown> {
    return (await askEdge(socketPath, { method, path, timeoutMs: UNRESPONSIVE_MS })).body
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
