/**
 * `slow-connection-holder.ts PORT CONNECTIONS ADDRESS,ADDRESS…`: opens that many connections from these addresses, begins a
 * request on each, and keeps what is not turned away until it is killed. Writes one line of `HeldCounts`.
 */
import { connect, type Socket } from 'node:net'

export interface HeldCounts {
  held: number
  refused: number
  seconds: number
}

const [port, wanted, addresses] = [
  Number(process.argv[2]),
  Number(process.argv[3]),
  process.argv[4]!.split(','),
]
/** Connections that are being opened at the same time; more would only wait in the kernel's queue. */
const AT_ONCE = 200
/** A connection that was not reset this long after it was opened is kept. */
const SETTLE_MS = 2_000

const held = new Set<Socket>()
let opened = 0
let refused = 0
const startedAt = performance.now()
await Promise.all(Array.from({ length: AT_ONCE }, openInTurn))
await new Promise(resolve => setTimeout(resolve, SETTLE_MS))
const seconds = Math.round((performance.now() - startedAt - SETTLE_MS) / 1000)
process.stdout.write(`${JSON.stringify({ held: held.size, refused, seconds } satisfies HeldCounts)}\n`)

async function openInTurn(): Promise<void> {
  while (opened < wanted) await open(addresses[opened++ % addresses.length]!)
}

function open(localAddress: string): Promise<void> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, localAddress })
    socket.on('error', () => resolve())
    socket.on('connect', () => {
      held.add(socket)
      socket.write('GET / HTTP/1.1\r\nHost: ', () => resolve())
    })
    socket.on('close', () => {
      held.delete(socket)
      refused++
      resolve()
    })
  })
}
