/** What the edge adds to an answer's time at half of the load that it can carry: p99 through it, less p99 of the backend. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableRules } from '@seaworthy/routes/settings'
import { freePort, load } from './contest.ts'
import { median } from './measure.ts'
import { nginxProxyConfig } from './proxy-configs.ts'
import { type Contestant, onStage, proxyRoute, ROUNDS, ready, type Stage, verdict } from './stage.ts'
import { printTable } from './table.ts'

const CONNECTIONS = 32
const SECONDS = 5
const BUDGET_MS = 1

export async function run(): Promise<unknown> {
  return await onStage('latency', async stage => {
    const backend = await stage.backend()
    const route = { ...proxyRoute({ port: backend.port }), ...tableRules({}) }
    const edge = await stage.edge('edge', { version: 1, routes: [route] })
    const port = await freePort()
    const options = { folder: stage.folder, port, backendPort: backend.port }
    const contestants = [backend, edge, stage.nginx('nginx', port, nginxProxyConfig(options))]
    await ready(contestants)
    await load({ port: edge.port, connections: CONNECTIONS, seconds: 2 })
    const most = await load({ port: edge.port, connections: CONNECTIONS, seconds: 3 })
    return report(most, await measure(stage, contestants, most / 2))
  })
}

async function measure(stage: Stage, contestants: readonly Contestant[], perSecond: number) {
  const p99s = new Map(contestants.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, port } of contestants) p99s.get(name)!.push(await p99(stage, port, perSecond))
  return p99s
}

/** @returns milliseconds in which 99 of 100 requests were answered, at a steady rate */
async function p99(stage: Stage, port: number, perSecond: number): Promise<number> {
  const log = join(stage.folder, 'h2load.log')
  const rate = [
    '--rps',
    String(Math.round(perSecond / CONNECTIONS)),
    '-D',
    String(SECONDS),
    '--warm-up-time',
    '1',
  ]
  const args = ['--h1', '-c', String(CONNECTIONS), '-t', '1', ...rate, '--log-file', log]
  const child = spawn('h2load', [...args, `http://127.0.0.1:${port}/`], { stdio: 'ignore' })
  await once(child, 'close')
  const seen = readFileSync(log, 'utf8').trim().split('\n').map(readLine)
  stage.file('h2load.log', '') // it appends
  const failed = seen.filter(({ status }) => status !== 200).length
  if (failed > 0) throw new Error(`${failed} of ${seen.length} requests failed on port ${port}.`)
  const sorted = seen.map(({ us }) => us).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.99)]! / 1_000
}

/** When it began, status, microseconds: h2load(1). */
function readLine(line: string): { status: number; us: number } {
  const [, status, us] = line.split('\t').map(Number)
  return { status: status!, us: us! }
}

function report(most: number, p99s: ReadonlyMap<string, number[]>) {
  const direct = p99s.get('backend')!
  const rows = [...p99s].map(([name, values]) => {
    const added = median(values.map((value, round) => value - direct[round]!))
    const isEdge = name === 'edge'
    return {
      what: name === 'backend' ? 'the backend itself' : `through ${name}`,
      p99: `${median(values).toFixed(2)} ms`,
      added: name === 'backend' ? '' : `${added.toFixed(2)} ms`,
      budget: isEdge ? `< ${BUDGET_MS} ms` : '',
      met: isEdge ? verdict(added, { most: BUDGET_MS }) : '',
    }
  })
  printTable(`answers at half load: ${Math.round(most / 2)} of ${Math.round(most)} requests a second`, rows)
  return { most, rows, p99s: Object.fromEntries(p99s) }
}
