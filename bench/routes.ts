/** Ten thousand routes: what a look-up costs more than with one, and how long one change takes to be in use. */
import { request } from 'node:http'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { compileRoutes, type Route, type RouteMatcher } from '@seaworthy/routes'
import { tableRules } from '@seaworthy/routes/settings'
import { EdgeClient } from '../programs/control-plane/edge/edge-client.ts'
import { median } from './measure.ts'
import { inTurns, onStage, proxyRoute, ratio, ready, type Turns, turnRow, verdict } from './stage.ts'
import { printTable } from './table.ts'

const ROUTES = 10_000
const CHANGES = 20
const LOAD = { connections: 64, seconds: 3 }
const LOOK_UPS = 100_000
const BUDGET = { requestCpu: 1.05, lookUp: 0.05, pushMs: 20 }

export async function run(): Promise<unknown> {
  return await onStage('routes', async stage => {
    const backend = await stage.backend()
    const rules = tableRules({})
    const routes = Array.from({ length: ROUTES }, (_, index) => ({
      ...proxyRoute({ port: backend.port, host: `app-${index}.localhost`, app: String(index) }),
      ...rules,
    }))
    const headers = ['Host: app-5000.localhost']
    const one = { ...(await stage.edge('one', { version: 1, routes: [routes[5_000]] })), headers }
    const many = { ...(await stage.edge('many', { version: 1, routes })), headers }
    await ready([backend])
    await Promise.all([one, many].map(({ home }) => untilServing(home)))
    const turns = await inTurns([many, one], LOAD)
    const lookUps = lookUpNs(routes)
    const pushes = await changeOneByOne(many.home, routes)
    return report({ many: turns.get('many')!, one: turns.get('one')!, lookUps, pushes })
  })
}

/** @returns nanoseconds of a look-up by itself, among all routes and among one, in turns */
function lookUpNs(routes: readonly Pick<Route, 'hosts' | 'pathPrefix'>[]): { many: number; one: number } {
  const [many, one] = [compileRoutes(routes), compileRoutes([routes[5_000]!])]
  const took = { many: [] as number[], one: [] as number[] }
  for (let round = 0; round < 20; round++) {
    took.many.push(nsOfMatch(many))
    took.one.push(nsOfMatch(one))
  }
  return { many: median(took.many), one: median(took.one) }
}

function nsOfMatch(matcher: RouteMatcher<unknown>): number {
  const startedAt = performance.now()
  for (let count = 0; count < LOOK_UPS; count++) matcher.match('app-5000.localhost', '/')
  return ((performance.now() - startedAt) * 1e6) / LOOK_UPS
}

async function untilServing(home: string): Promise<void> {
  const giveUpAt = Date.now() + 30_000
  while (!(await ask(home, 'GET', '/status').catch(() => undefined))) {
    if (Date.now() > giveUpAt) throw new Error('The edge does not serve.')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** By the client that the control plane has. @returns the milliseconds that each change took until all threads used it */
async function changeOneByOne(
  home: string,
  routes: readonly ReturnType<typeof proxyRoute>[],
): Promise<number[]> {
  const socketPath = join(home, 'run', 'edge.sock')
  const client = new EdgeClient({ socketPath, log: silentLogger, pushPatienceMs: 30_000 })
  await client.pushTable({ version: 2, routes: [...routes] }) // from here on it knows what the edge has
  const took: number[] = []
  for (let change = 0; change < CHANGES; change++) {
    const version = 3 + change
    const at = (change * 37) % routes.length
    const changed = routes.with(at, { ...routes[at]!, release: `v${version}` })
    const startedAt = performance.now()
    await client.pushTable({ version, routes: changed })
    took.push(performance.now() - startedAt)
  }
  return took
}

function ask(home: string, method: string, path: string, body?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socketPath = join(home, 'run', 'edge.sock')
    const asked = request({ socketPath, method, path, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', part => {
        text += part
      })
      response.on('end', () =>
        response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text)),
      )
    })
    asked.on('error', reject)
    asked.end(body && JSON.stringify(body))
  })
}

function report({ many, one, lookUps, pushes }: Seen) {
  const pushMs = median(pushes)
  const cpu = median(many.cpuPerRequestUs) / median(one.cpuPerRequestUs)
  const added = (lookUps.many - lookUps.one) / 1_000 / median(one.cpuPerRequestUs)
  const rows = [
    { ...turnRow(`${ROUTES} routes`, many), 'of one route': `${ratio(many, one).toFixed(2)} ×` },
    { ...turnRow('one route', one), 'of one route': '' },
  ]
  printTable('requests with many routes and with one', rows)
  printTable('', [
    {
      what: 'CPU time of a request, many routes to one',
      seen: `${cpu.toFixed(2)} ×`,
      budget: `≤ ${BUDGET.requestCpu} ×`,
      met: verdict(cpu, { most: BUDGET.requestCpu }),
    },
    {
      what: 'look-up alone, many routes and one',
      seen: `${lookUps.many.toFixed(0)} ns and ${lookUps.one.toFixed(0)} ns`,
      budget: `+ ${BUDGET.lookUp * 100} % of a request`,
      met: verdict(added, { most: BUDGET.lookUp }),
    },
    {
      what: 'one route changes, until all threads use it',
      seen: `${pushMs.toFixed(1)} ms (at most ${Math.max(...pushes).toFixed(1)} ms)`,
      budget: `< ${BUDGET.pushMs} ms`,
      met: verdict(pushMs, { most: BUDGET.pushMs }),
    },
  ])
  return { rows, lookUps, pushes }
}

interface Seen {
  many: Turns
  one: Turns
  lookUps: { many: number; one: number }
  pushes: number[]
}
