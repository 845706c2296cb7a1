import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@seaworthy/kit'
import { request } from '@seaworthy/kit/lean-http'
import type { RequestFilter, TailLine } from '@seaworthy/routes'
import { SharedTail } from './shared-tail.ts'

export type LiveRequest = Exclude<TailLine, { type: 'heartbeat' }>

/** The edge sends a heartbeat each 10 s; without three of them it hangs or is gone. */
const SILENCE_MS = 30_000
const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1_000
/** For a reader that is slower than the edge: beyond it, requests are dropped and counted. */
const MAX_WAITING = 2_000

/** Requests as they end, told by the edge; over its restarts too. One connection serves all that follow the same. */
export class LiveRequests {
  readonly #socketPath: string
  readonly #log: Logger
  readonly #tails = new Map<string, SharedTail<LiveRequest>>()

  constructor({ socketPath, log }: { socketPath: string; log: Logger }) {
    this.#socketPath = socketPath
    this.#log = log
  }

  /**
   * What ends from now on, until the signal aborts. `listening` is called whenever the edge has begun to tell: what it
   * had written down before is in the request log then.
   */
  async *follow(
    appId: string,
    filter: RequestFilter,
    options: { signal: AbortSignal; listening?: () => void },
  ): AsyncGenerator<LiveRequest> {
    const query = queryOf(appId, filter)
    const tail = this.#tails.get(query) ?? this.#newTail(query)
    try {
      yield* tail.follow(options)
    } finally {
      if (!tail.isFollowed && this.#tails.get(query) === tail) this.#tails.delete(query)
    }
  }

  #newTail(query: string): SharedTail<LiveRequest> {
    const tail = new SharedTail<LiveRequest>({
      open: (signal, told) => this.#always(query, signal, told),
      missed: count => ({ type: 'dropped', count }),
      maxWaiting: MAX_WAITING,
    })
    this.#tails.set(query, tail)
    return tail
  }

  /** One connection after the other. */
  async *#always(
    query: string,
    signal: AbortSignal,
    told: (isTelling: boolean) => void,
  ): AsyncGenerator<LiveRequest> {
    let waitMs = FIRST_WAIT_MS
    while (!signal.aborted) {
      const connected = () => {
        waitMs = FIRST_WAIT_MS
        told(true)
      }
      yield* this.#once(query, signal, connected)
      told(false)
      if (signal.aborted) return
      await sleep(waitMs, undefined, { signal }).catch(() => undefined)
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  }

  /** One connection to the edge, until it ends. */
  async *#once(query: string, signal: AbortSignal, connected: () => void): AsyncGenerator<LiveRequest> {
    const queue = new LineQueue()
    const path = `/requests?${query}`
    const options = { socketPath: this.#socketPath, path, agent: false as const, timeout: SILENCE_MS, signal }
    const outgoing = request(options, answer => {
      if (answer.statusCode === 200) connected()
      else this.#log.warn({ status: answer.statusCode }, 'the edge did not tell requests')
      answer.setEncoding('utf8')
      answer.on('data', text => {
        if (answer.statusCode === 200 && !queue.push(text)) answer.pause()
      })
      queue.onDrained = () => answer.resume()
      answer.on('error', () => undefined) // 'close' follows
      answer.on('close', () => queue.end())
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', () => queue.end())
    outgoing.end()
    try {
      yield* queue.lines()
    } finally {
      outgoing.destroy()
    }
  }
}

function queryOf(appId: string, { status, method, path, slowMs, ip }: RequestFilter): string {
  const given = Object.entries({ appId, status, method, path, slowMs, ip })
  const present = given.filter(([, value]) => value !== undefined)
  return new URLSearchParams(present.map(([name, value]) => [name, String(value)])).toString()
}

/** Lines between a socket and somebody who takes them one by one. */
class LineQueue {
  onDrained: (() => void) | undefined
  #lines: LiveRequest[] = []
  #partial = ''
  #ended = false
  #wake: () => void = () => undefined

  /** @returns false when enough waits */
  push(text: string): boolean {
    const parts = (this.#partial + text).split('\n')
    this.#partial = parts.pop()!
    for (const part of parts) {
      const line = JSON.parse(part) as TailLine
      if (line.type !== 'heartbeat') this.#lines.push(line)
    }
    this.#wake()
    return this.#lines.length < MAX_WAITING
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  async *lines(): AsyncGenerator<LiveRequest> {
    for (;;) {
      const taken = this.#lines
      this.#lines = []
      yield* taken
      if (taken.length > 0) this.onDrained?.()
      if (this.#lines.length > 0) continue
      if (this.#ended) return
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }
}
