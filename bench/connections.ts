/** What ten thousand clients that keep their connection and ask nothing more take of the edge's memory. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { tableRules } from '@seaworthy/routes/settings'
import { onStage, proxyRoute, ready, verdict } from './stage.ts'
import { printTable } from './table.ts'

const CONNECTIONS = 10_000
const AT_A_TIME = 200
const BUDGET_MB = 200

export async function run(): Promise<unknown> {
  return await onStage('connections', async stage => {
    const backend = await stage.backend()
    const route = { ...proxyRoute({ port: backend.port }), ...tableRules({}) }
    const table = { version: 1, routes: [route] }
    // One address opens them all here, which the edge would not let it.
    const edge = await stage.edge('edge', table, { SEAWORTHY_EDGE_CONNECTIONS_PER_ADDRESS: '0' })
    await ready([backend, edge])
    const before = residentMb(edge.pid)
    const sockets = await openAll(edge.port)
    await sleep(2_000)
    const open = sockets.filter(socket => !socket.destroyed).length
    const after = residentMb(edge.pid)
    for (const socket of sockets) socket.destroy()
    if (open < CONNECTIONS) throw new Error(`Only ${open} of ${CONNECTIONS} connections stayed open.`)
    return report(before, after)
  })
}

async function openAll(port: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < CONNECTIONS) {
    const more = Array.from({ length: Math.min(AT_A_TIME, CONNECTIONS - sockets.length) }, () =>
      openOne(port),
    )
    sockets.push(...(await Promise.all(more)))
  }
  return sockets
}

/** One request, and its answer; then nothing. */
async function openOne(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  const [answer] = await once(socket, 'data')
  if (!String(answer).startsWith('HTTP/1.1 200')) throw new Error(`The edge answered: ${answer}`)
  return socket
}

function report(before: number, after: number) {
  const row = {
    what: `${CONNECTIONS} idle connections`,
    before: `${before.toFixed(0)} MB`,
    with: `${after.toFixed(0)} MB`,
    each: `${(((after - before) * 1024) / CONNECTIONS).toFixed(1)} KB`,
    budget: `< ${BUDGET_MB} MB`,
    met: verdict(after, { most: BUDGET_MB }),
  }
  printTable('memory of the edge, resident', [row])
  return { beforeMb: before, afterMb: after }
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
