import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createHealth } from '../health.ts'
import { hardening, secureServerOptions } from '../http/index.ts'
import { silentLogger } from '../log.ts'
import { createCsrfTokens, csrf } from './index.ts'

const SECRET = 's'.repeat(32)
const OWN = { host: 'panel.example.org', origin: 'https://panel.example.org' }

/** A service whose cookie `session` is the id of the session, and whose bearer tokens are all good. */
async function serve() {
  const app = fastify(secureServerOptions({ log: silentLogger, trustProxy: ['10.0.0.1'] }))
  onTestFinished(() => app.close())
  await app.register(hardening, { health: createHealth({ log: silentLogger }) })
  await app.register(csrf, {
    secret: SECRET,
    session: ({ headers }) => /session=(\w+)/.exec(headers.cookie ?? '')?.[1],
    exempt: ({ headers }) => headers.authorization !== undefined,
  })
  app.get('/', async () => 'page')
  app.post('/change', async () => 'changed')
  app.post('/sign-in', async (_request, reply) => {
    reply.header('set-cookie', 'session=fresh')
    reply.issueCsrfToken('fresh')
    return 'in'
  })
  const post = (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/change', headers })
  return { app, post }
}

/** What the browser then holds: the token, and the cookie header with it. */
async function visit(app: Awaited<ReturnType<typeof serve>>['app'], session: string) {
  const { headers } = await app.inject({ url: '/', headers: { ...OWN, cookie: `session=${session}` } })
  const token = /csrf=([^;]+)/.exec(String(headers['set-cookie']))![1]!
  return { token, cookie: `session=${session}; csrf=${token}` }
}

test('a request of our own page with the token of its session is taken', async () => {
  const { app, post } = await serve()
  const { token, cookie } = await visit(app, 'ada')

  const answer = await post({ ...OWN, cookie, 'x-csrf-token': token })

  expect(answer.statusCode).toBe(200)
  expect(answer.headers['set-cookie']).toBeUndefined()
})

test.each<[string, string, (own: { token: string; cookie: string }, foreign: { token: string }) => object]>([
  ['no token', 'csrf_token_missing', ({ cookie }) => ({ cookie })],
  ['an empty token', 'csrf_token_missing', ({ cookie }) => ({ cookie, 'x-csrf-token': '' })],
  ['a made-up token', 'csrf_token_wrong', ({ cookie }) => ({ cookie, 'x-csrf-token': 'x'.repeat(66) })],
  [
    'the token of another session in the header',
    'csrf_token_wrong',
    ({ cookie }, foreign) => ({ cookie, 'x-csrf-token': foreign.token }),
  ],
  [
    'the token of another session in header and cookie',
    'csrf_token_wrong',
    (_, { token }) => ({ cookie: `session=ada; csrf=${token}`, 'x-csrf-token': token }),
  ],
  [
    'the same made-up token in header and cookie',
    'csrf_token_wrong',
    () => ({ cookie: 'session=ada; csrf=made.up', 'x-csrf-token': 'made.up' }),
  ],
  [
    'a token without its cookie',
    'csrf_token_wrong',
    ({ token }) => ({ cookie: 'session=ada', 'x-csrf-token': token }),
  ],
])('%s is refused', async (_, code, headersOf) => {
  const { app, post } = await serve()
  const [own, foreign] = [await visit(app, 'ada'), await visit(app, 'eve')]

  const answer = await post({ ...OWN, ...headersOf(own, foreign) })

  expect(answer.statusCode).toBe(403)
  expect(answer.json()).toMatchObject({ success: false, code })
})

test('the token of a session that has ended is worth nothing in the next one', async () => {
  const { app, post } = await serve()
  const { token } = await visit(app, 'old')

  const answer = await post({ ...OWN, cookie: `session=new; csrf=${token}`, 'x-csrf-token': token })

  expect(answer.json()).toMatchObject({ code: 'csrf_token_wrong' })
  expect(answer.headers['set-cookie']).toMatch(/^csrf=/) // so that the page can try again
})

test.each([
  ['another site', { origin: 'https://evil.example' }, 'origin_refused'],
  ['a sandboxed frame', { origin: 'null' }, 'origin_refused'],
  ['no address at all', { origin: 'evil' }, 'origin_refused'],
  [
    'a neighbouring host',
    { origin: 'https://app.example.org', 'sec-fetch-site': 'same-site' },
    'origin_refused',
  ],
  ['another port', { origin: 'https://panel.example.org:8443' }, 'origin_refused'],
  ['a cross-site navigation without an origin', { 'sec-fetch-site': 'cross-site' }, 'origin_refused'],
  ['nowhere', {}, 'origin_missing'],
])('a request from %s is refused, whatever token it has', async (_, headers, code) => {
  const { app, post } = await serve()
  const { token, cookie } = await visit(app, 'ada')

  const answer = await post({ host: OWN.host, cookie, 'x-csrf-token': token, ...headers } as Record<
    string,
    string
  >)

  expect(answer.statusCode).toBe(403)
  expect(answer.json()).toMatchObject({ code })
})

test('another site can sign nobody in, but a program can', async () => {
  const { app } = await serve()
  const signIn = (headers: object) =>
    app.inject({ method: 'POST', url: '/sign-in', headers: { host: OWN.host, ...headers } })

  expect((await signIn({ origin: 'https://evil.example' })).statusCode).toBe(403)
  expect((await signIn({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
  expect((await signIn({})).statusCode).toBe(200)
  const own = await signIn({ origin: OWN.origin })
  expect(own.headers['set-cookie']).toEqual(['session=fresh', expect.stringMatching(/^csrf=\S+; Path=\/;/)])
})

test('reading needs no token, from wherever it comes', async () => {
  const { app } = await serve()
  const headers = { host: OWN.host, origin: 'https://evil.example', cookie: 'session=ada' }

  for (const method of ['GET', 'HEAD'] as const)
    expect((await app.inject({ method, url: '/', headers })).statusCode).toBe(200)
})

test('what no browser sends by itself is exempt', async () => {
  const { post } = await serve()

  expect((await post({ host: OWN.host, authorization: 'Bearer x' })).statusCode).toBe(200)
})

test('the cookie can be read by the page, and travels over TLS alone where the page came over TLS', async () => {
  const { app } = await serve()
  const cookie = 'session=ada'

  const plain = await app.inject({ url: '/', headers: { ...OWN, cookie } })
  const secure = await app.inject({
    url: '/',
    remoteAddress: '10.0.0.1',
    headers: { ...OWN, cookie, 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
  })

  expect(plain.headers['set-cookie']).toMatch(/; SameSite=Strict$/)
  expect(secure.headers['set-cookie']).toMatch(/; SameSite=Strict; Secure$/)
})

test('a weak secret is refused, and no token is like another', () => {
  expect(() => createCsrfTokens('short')).toThrow('32 bytes')
  const tokens = createCsrfTokens(SECRET)
  expect(tokens.issue('ada')).not.toBe(tokens.issue('ada'))
  expect(createCsrfTokens('t'.repeat(32)).isFor('ada', tokens.issue('ada'))).toBe(false)
})
