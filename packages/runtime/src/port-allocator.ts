import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { NoFreePort } from './errors.ts'

/** Both ends included. */
export interface PortRange {
  first: number
  last: number
}

/** Below the ports that Linux gives to outgoing connections by default (32768 and up). */
export const DEFAULT_PORT_RANGE: PortRange = { first: 20_000, last: 29_999 }

/**
 * Gives out ports that nobody listens on. Goes round the range, so that a port which was just given back is given
 * out last: somebody may still know it as the address of the old instance.
 */
export class PortAllocator {
  readonly #range: PortRange
  readonly #ephemeral: PortRange | undefined
  readonly #taken = new Set<number>()
  #next: number

  /** `startAt`: which port of the range to try first, 0 ≤ `startAt` < 1; random, so that two platforms differ. */
  constructor({
    range = DEFAULT_PORT_RANGE,
    ephemeral = readEphemeralRange(),
    startAt = Math.random(),
  }: {
    range?: PortRange
    ephemeral?: PortRange | undefined
    startAt?: number
  } = {}) {
    this.#range = range
    this.#ephemeral = ephemeral
    this.#next = range.first + Math.floor(startAt * (range.last - range.first + 1))
  }

  /** A free port, not given out again until `release`. Rejects with `NoFreePort`. */
  async take(): Promise<number> {
    const size = this.#range.last - this.#range.first + 1
    for (let tries = 0; tries < size; tries++) {
      const port = this.#advance()
      if (this.#taken.has(port) || this.#isEphemeral(port)) continue
      this.#taken.add(port) // before the test, which takes a turn: nobody else may get it meanwhile
      if (await isFree(port)) return port
      this.#taken.delete(port)
    }
    throw new NoFreePort(this.#range)
  }

  /** Notes a port that an adopted instance has already. */
  claim(port: number): void {
    this.#taken.add(port)
  }

  release(port: number): void {
    this.#taken.delete(port)
  }

  #advance(): number {
    const port = this.#next
    this.#next = port >= this.#range.last ? this.#range.first : port + 1
    return port
  }

  /** Whether the kernel may give the port to an outgoing connection between our test and the app's `listen`. */
  #isEphemeral(port: number): boolean {
    if (!this.#ephemeral) return false
    const { first, last } = this.#ephemeral
    const coversAll = first <= this.#range.first && last >= this.#range.last // then there is nothing better
    return !coversAll && port >= first && port <= last
  }
}

/** On every address, IPv6 included, since an app may listen on any. */
async function isFree(port: number): Promise<boolean> {
  const answer = await tryListen(port, '::')
  if (answer !== 'EAFNOSUPPORT' && answer !== 'EADDRNOTAVAIL') return answer === 'free'
  return (await tryListen(port, '0.0.0.0')) === 'free'
}

async function tryListen(port: number, host: string): Promise<string> {
  const server = createServer()
  try {
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
  server.close()
  await once(server, 'close')
  return 'free'
}

function readEphemeralRange(): PortRange | undefined {
  try {
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .split(/\s+/)
      .map(Number)
    return first && last ? { first, last } : undefined
  } catch {
    return undefined
  }
}
