import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '@seaworthy/testing'
import { type FastifyInstance, fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { correlationId } from '../correlation.ts'
import { AppError } from '../errors.ts'
import { createHealth } from '../health.ts'
import { createLogger } from '../log.ts'
import {
  type HardeningOptions,
  hardening,
  type SecureServerOptions,
  secureServerOptions,
  sendPage,
} from './index.ts'

interface TestServer {
  app: FastifyInstance
  url: string
  log: () => Record<string, unknown>[]
  health: ReturnType<typeof createHealth>
}

async function serve(
  routes: (app: FastifyInstance) => void = () => {},
  {
    server = {},
    plugin = {},
  }: { server?: Partial<SecureServerOptions>; plugin?: Partial<HardeningOptions> } = {},
): Promise<TestServer> {
  const lines: string[] = []
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: line => lines.push(line) } })
  const health = createHealth({ log, cacheMs: -1 })
  const app = fastify(secureServerOptions({ log, ...server })) as unknown as FastifyInstance
  await app.register(hardening, { health, ...plugin })
  routes(app)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  return { app, url, health, log: () => lines.map(line => JSON.parse(line)) }
}

const json = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

test('answers with a fresh request id and strict security headers', async () => {
  const { url } = await serve(app => app.get('/', async request => request.id))

  const response = await fetch(url, { headers: { 'x-request-id': 'chosen-by-a-stranger' } })

  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await response.text()).toBe(response.headers.get('x-request-id'))
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self';")
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('x-frame-options')).toBe('DENY')
  expect(response.headers.get('permissions-policy')).toContain('camera=(), ')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('strict-transport-security')).toBe(null)
  expect(response.headers.get('x-powered-by')).toBe(null)
})

test.each([
  ['a sane id', { 'x-request-id': 'edge-1234567890' }, /^edge-1234567890$/],
  ['a trace parent', { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` }, /^(ab){16}$/],
  ['an id with odd characters', { 'x-request-id': 'a"b<c>d{e}f' }, /^[0-9a-f-]{36}$/],
  ['an id that is too long', { 'x-request-id': 'a'.repeat(129) }, /^[0-9a-f-]{36}$/],
  ['an all-zero trace', { traceparent: `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01` }, /^[0-9a-f-]{36}$/],
])('a trusted proxy may send %s', async (_, headers, expected) => {
  const { url } = await serve(undefined, { server: { trustRequestId: true } })

  const response = await fetch(`${url}/live`, { headers })

  expect(response.headers.get('x-request-id')).toMatch(expected)
})

test('asks for HTTPS from then on where the request came over HTTPS', async () => {
  const { url } = await serve(undefined, { server: { trustProxy: ['127.0.0.1'] } })

  const response = await fetch(`${url}/live`, { headers: { 'x-forwarded-proto': 'https' } })

  expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000')
})

test('pages of an allowed origin may read answers, others may not, and no preflight is granted', async () => {
  const allowed = 'https://panel.example.org'
  const { url } = await serve(app => app.get('/', async () => 'ok'), {
    plugin: { allowedOrigins: origin => origin === allowed },
  })

  const own = await fetch(url, { headers: { origin: allowed } })
  const foreign = await fetch(url, { headers: { origin: 'https://evil.example' } })
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  })

  expect(own.headers.get('access-control-allow-origin')).toBe(allowed)
  expect(own.headers.get('vary')).toBe('origin')
  for (const { headers } of [foreign, preflight])
    expect([...headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([])
})

test('a page gets a nonce for its scripts and styles, fresh for each answer, and is not kept', async () => {
  const html = '<!doctype html><script nonce="{{nonce}}"></script><style nonce="{{nonce}}"></style>'
  const { url } = await serve(app => app.get('/', async (_, reply) => sendPage(reply, html)))

  const [first, second] = await Promise.all([fetch(url), fetch(url)])
  const [, script, style] = /script nonce="(.*?)".*style nonce="(.*?)"/.exec(await first.text())!

  const policy = first.headers.get('content-security-policy')
  expect(script).toMatch(/^[\w-]{22}$/)
  expect(style).toBe(script)
  expect(policy).toContain(`script-src 'self' 'nonce-${script}';`)
  expect(policy).toContain(`style-src 'self' 'nonce-${script}'`)
  expect(policy).not.toContain('unsafe')
  expect(second.headers.get('content-security-policy')).not.toContain(script)
  expect(first.headers.get('cache-control')).toBe('no-store')
})

test('the correlation id is the request id, also after a body was read and in awaited work', async () => {
  const { url, log } = await serve(app => {
    app.post('/', async request => {
      await sleep(1)
      request.log.info('worked')
      return { correlationId: correlationId(), body: request.body }
    })
  })

  const response = await fetch(url, json({ big: 'x'.repeat(300_000) }))

  const id = response.headers.get('x-request-id')
  expect(await response.json()).toMatchObject({ correlationId: id })
  expect(log().find(line => line.msg === 'worked')).toMatchObject({ correlationId: id, requestId: id })
})

test('writes one line a request, without the query, and probes at debug level only', async () => {
  const { url, log } = await serve(app => app.get('/apps/:slug', async () => 'ok'))

  await fetch(`${url}/apps/shop?token=hunter2`)
  await fetch(`${url}/live`)
  const lines = await waitFor(() => {
    const answered = log().filter(line => line.msg === 'request answered')
    return answered.length === 2 && answered
  })

  expect(lines[0]).toMatchObject({
    level: 'info',
    method: 'GET',
    path: '/apps/shop',
    route: '/apps/:slug',
    statusCode: 200,
    durationMs: expect.any(Number),
  })
  expect(lines[1]).toMatchObject({ level: 'debug', route: '/live' })
  expect(JSON.stringify(log())).not.toContain('hunter2')
})

test('/live, /ready and /health follow the phase and the dependencies', async () => {
  const { url, health } = await serve()
  const statuses = async () =>
    Promise.all(['live', 'ready', 'health'].map(async path => (await fetch(`${url}/${path}`)).status))
  let databaseIsUp = true
  health.add({
    name: 'database',
    check: () => {
      if (!databaseIsUp) throw new Error('gone')
    },
  })

  expect(await statuses()).toEqual([200, 503, 200])
  health.setPhase('running')
  expect(await statuses()).toEqual([200, 200, 200])
  databaseIsUp = false
  expect(await statuses()).toEqual([200, 503, 503])
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({
    status: 'down',
    dependencies: { database: { state: 'down', critical: true } },
  })
})

test('sheds load with 503 and Retry-After while the event loop is late, but answers probes', async () => {
  const { url } = await serve(app => app.get('/', async () => 'ok'), {
    plugin: { pressure: { sampleMs: 10, maxEventLoopDelayMs: 20, retryAfterSeconds: 7 } },
  })
  // Two late samples in a row: block, let the timers run once, block again.
  block(60)
  await sleep(0)
  block(60)

  const [shed, live] = await Promise.all([fetch(url), fetch(`${url}/live`)])

  expect(shed.status).toBe(503)
  expect(shed.headers.get('retry-after')).toBe('7')
  expect(await shed.json()).toMatchObject({ code: 'under_pressure', success: false })
  expect(live.status).toBe(200)
  await waitFor(async () => (await fetch(url)).status === 200, { what: 'the pressure to end' })
})

function block(durationMs: number): void {
  const end = performance.now() + durationMs
  while (performance.now() < end);
}

test('a fallback answers unknown paths, and may leave them', async () => {
  const { url } = await serve(undefined, {
    plugin: {
      fallback: (request, reply) =>
        request.url.startsWith('/api') ? undefined : reply.type('text/html').send('<p>page</p>'),
    },
  })

  expect(await (await fetch(`${url}/some/page`)).text()).toBe('<p>page</p>')
  expect(await (await fetch(`${url}/api/nothing`)).json()).toMatchObject({ code: 'not_found', status: 404 })
})

test('an AppError of a route and a bug of a route', async () => {
  const { url, log } = await serve(app => {
    app.get('/quota', async () => {
      throw new AppError('quota_reached', 'The team has all its apps.', { status: 403 })
    })
    app.get('/bug', async () => {
      throw new Error('SELECT hunter2 FROM users')
    })
  })

  const quota = await fetch(`${url}/quota`)
  const bug = await fetch(`${url}/bug`)

  expect(quota.status).toBe(403)
  expect(await quota.json()).toMatchObject({ code: 'quota_reached', detail: 'The team has all its apps.' })
  expect(bug.status).toBe(500)
  const text = await bug.text()
  expect(JSON.parse(text)).toMatchObject({
    code: 'internal_error',
    requestId: bug.headers.get('x-request-id'),
  })
  expect(text).not.toContain('hunter2')
  expect(log().find(line => line.msg === 'request failed')).toMatchObject({
    level: 'error',
    requestId: bug.headers.get('x-request-id'),
    err: { message: 'SELECT hunter2 FROM users' },
  })
})
