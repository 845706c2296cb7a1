import type { CanaryPlan, Deployment } from '@seaworthy/api'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { startLoad } from './harness/load.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

async function canary(slug: string, folder: string, plan: Partial<CanaryPlan> = {}): Promise<Deployment> {
  const header = { name: 'X-Canary', value: '' }
  const { number } = await platform.push(slug, folder, { canary: { percent: 25, header, ...plan } })
  const deployment = await platform.untilState(slug, number, ['canary', 'failed', 'succeeded'])
  expect(deployment.state).toBe('canary')
  return deployment
}

const ended = (slug: string, { number }: Deployment) =>
  platform.untilState(slug, number, ['succeeded', 'failed', 'cancelled'])

const HEALTH_AT_ROOT = { 'seaworthy.json': JSON.stringify({ health: { path: '/' } }) }

const SICK = {
  'seaworthy.json': JSON.stringify({ processes: { web: 'node server.js' }, health: { path: '/healthz' } }),
  'server.js': `import { createServer } from 'node:http'
createServer((request, response) => {
  response.statusCode = request.url === '/healthz' ? 200 : 500
  response.end()
}).listen(process.env.PORT)
`,
}

test('a canary gets its share, survives a kill of the control plane, and takes over without a lost request', async () => {
  const slug = 'promoted'
  await platform.deploy(slug, versionOf('healthy', 'old'))
  const load = startLoad({ port: platform.httpPort, host: `${slug}.localhost`, perSecond: 200 })
  const deployment = await canary(slug, versionOf('healthy', 'new'))

  await platform.kill()
  await platform.startControlPlane()
  const both = await waitFor(
    async () => {
      const { canary } = await platform.api.call('deployments.get', {
        params: { slug, number: deployment.number },
      })
      return canary && canary.canary.requests > 20 && canary.stable.requests > 60 ? canary : undefined
    },
    { timeoutMs: 30_000, what: 'both releases to have answered' },
  )
  await platform.api.call('canary.promote', { params: { slug } })
  const promoted = await ended(slug, deployment)
  const report = await load.stop()

  expect(promoted.state).toBe('succeeded')
  expect(both.canary.failures + both.stable.failures).toBe(0)
  expect(promoted.receipt?.canary).toMatchObject({ percent: 25, ended: 'promoted' })
  expect(report.failures).toEqual({})
  expect(Object.keys(report.bodies).sort()).toEqual(['new\n', 'old\n'])
  expect((await platform.request(slug)).body).toBe('new\n')
})

test('a canary that fails is taken out by itself, and what serves the rest loses no request', async () => {
  const slug = 'taken-out'
  await platform.deploy(slug, versionOf('healthy', 'old'))
  const load = startLoad({ port: platform.httpPort, host: `${slug}.localhost`, perSecond: 100 })

  const deployment = await canary(slug, versionOf('healthy', 'sick', SICK))
  const failed = await ended(slug, deployment)
  const report = await load.stop()

  expect(failed).toMatchObject({ state: 'failed', error: { code: 'canary_failed' } })
  expect(failed.error?.message).toMatch(/\d+ of \d+ requests failed/)
  expect(failed.receipt?.canary?.stable.failures).toBe(0)
  expect(Object.keys(report.failures)).toEqual(['status 500']) // the canary's own answers, and nothing else
  expect(report.bodies).toEqual({ 'old\n': expect.any(Number) })
  expect((await platform.request(slug, '/', { headers: { 'x-canary': '1' } })).body).toBe('old\n')
})

test('an app is closed with a page, is deployed meanwhile, and requests that wait get it once it is open', async () => {
  const slug = 'closed'
  await platform.deploy(slug, versionOf('healthy', 'open'))
  const set = (body: { on: boolean; holdSeconds?: number; message?: string }) =>
    platform.api.call('maintenance.set', { params: { slug }, body })

  await set({ on: true, message: 'Back at noon' })
  const page = await platform.request(slug)
  await set({ on: true, holdSeconds: 60 })
  const waiting = platform.request(slug)
  await set({ on: false })

  await set({ on: true })
  const { deployment } = await platform.deploy(slug, versionOf('healthy', 'newer', HEALTH_AT_ROOT))
  const stillClosed = await platform.request(slug)
  await set({ on: false })

  expect([deployment.state, deployment.error, stillClosed.status]).toEqual(['succeeded', null, 503])
  expect((await platform.request(slug)).body).toBe('newer\n')
  expect(page.status).toBe(503)
  expect(page.body).toContain('Back at noon')
  expect((await waiting).body).toBe('open\n')
})

test('headers, redirects and paths to other processes and apps count at once, without a deployment', async () => {
  const slug = 'front'
  const api = `import { createServer } from 'node:http'
createServer((request, response) => response.end('api ' + request.url)).listen(process.env.PORT)
`
  const manifest = {
    processes: { web: 'node server.js', api: 'node api.js' },
    routes: { '/api': { process: 'api', stripPrefix: true } },
    headers: { 'X-From': 'release' },
  }
  await platform.deploy('behind', versionOf('healthy', 'behind'))
  const files = { 'seaworthy.json': JSON.stringify(manifest), 'api.js': api }
  const { deployment } = await platform.deploy(slug, versionOf('healthy', 'front', files))
  expect(deployment.error).toBeNull()
  expect((await platform.request(slug)).headers['x-from']).toBe('release')
  expect((await platform.request(slug, '/api/users?page=2')).body).toBe('api /users?page=2')

  const routes = { '/api': { process: 'api' }, '/behind': { app: 'behind' }, '/nowhere': { app: 'nowhere' } }
  const changed = await platform.api.call('traffic.update', {
    params: { slug },
    body: {
      routes,
      headers: { 'X-From': 'app' },
      redirects: [{ from: '/old/*', to: '/new/:rest', status: 308 }],
    },
  })

  expect(changed.notes.join()).toMatch(/\/nowhere answers 503/)
  const [front, api2, behind, nowhere, old] = await Promise.all(
    ['/', '/api/users', '/behind', '/nowhere', '/old/a?b=1'].map(path => platform.request(slug, path)),
  )
  expect([front!.body, front!.headers['x-from']]).toEqual(['front\n', 'app'])
  expect(api2!.body).toBe('api /api/users')
  expect(behind!.body).toBe('behind\n')
  expect(nowhere!.status).toBe(503)
  expect([old!.status, old!.headers.location]).toEqual([308, '/new/a?b=1'])
  const check = await platform.api.call('traffic.headers', { params: { slug } })
  expect(check).toMatchObject({ status: 200, grade: 'C' })
})
