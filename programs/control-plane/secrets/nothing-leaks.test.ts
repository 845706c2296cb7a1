/**
 * Plants secrets wherever the platform takes one, makes it work, fail, crash and refuse, and then looks for them in the
 * database, in every file of its home, in its log and in every answer of its API.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endpoints } from '@seaworthy/api'
import { silentLogger } from '@seaworthy/kit'
import { createFileLogStore } from '@seaworthy/telemetry'
import { httpBackend, smtpServer, waitFor } from '@seaworthy/testing'
import { ENDED_STATES } from '@seaworthy/testing/platform-client'
import { expect, test } from 'vitest'
import { stopAll } from '../stop-all.ts'
import { openDatabase } from '../store/database.ts'
import { appFolder, serves, TestPlatform } from '../test-platform.ts'
import { sealedPlaces } from './sealed-places.ts'
import { findSealedTexts } from './sealed-search.ts'

const ADMIN = { email: 'planted@example.org', password: 'Pl4nted-admin/pass w0rd' }
const MAIL_PASSWORD = 'planted-smtp-pa55'
const GIT_TOKEN = 'planted-git-t0ken'
const SECRETS = {
  API_KEY: 'planted+api/key "quoted" & more',
  // Every line is long enough to be hidden by itself.
  PRIVATE_KEY: '-----BEGIN KEY-----\nplantedMIIEvQIBADANB\nplantedgkqhkiG9w0BAQ\n-----END KEY-----\n',
  FROM_TEAM: 'planted-shared-by-the-team',
  BECAME_SECRET: 'planted-plain-at-first',
}
/** Prints its env in many ways: as it is, encoded, in two halves, and in one endless line. */
const PRINT = `
const values = ${JSON.stringify(Object.keys(SECRETS))}.map(key => process.env[key] ?? '')
console.log(process.env)
console.error(JSON.stringify(process.env))
for (const value of values) {
  console.log('plain ' + value)
  console.log(Buffer.from(value).toString('base64'), Buffer.from('u:' + value).toString('base64'))
  console.log(encodeURIComponent(value), new URLSearchParams({ value }).toString())
  console.log(Buffer.from(value).toString('hex'))
}
for (let fill = 8150; fill < 8200; fill += 7) process.stdout.write('x'.repeat(fill) + values[0])
process.stdout.write('\\nhalf ' + values[2].slice(0, 9))
await new Promise(resolve => setTimeout(resolve, 50))
console.log(values[2].slice(9))
console.log('printed')
`
const APP = {
  'print.js': PRINT,
  'seaworthy.json': {
    processes: { web: 'node server.js', release: 'node print.js' },
    build: { command: 'node print.js' },
  },
}
const SERVER = serves(
  `if (request.url === '/crash') {
    console.error(new Error('crashed with ' + process.env.API_KEY))
    process.exit(3)
  }
  response.end('ok')`,
  { before: `await import('./print.js')` },
)

test('secrets are found neither in the database, nor in a file of the home, nor in the log, nor in any answer', async () => {
  const mail = await smtpServer({ auth: { user: 'mailer', pass: MAIL_PASSWORD } })
  const platform = await TestPlatform.start({
    SEAWORTHY_ADMIN_EMAIL: ADMIN.email,
    SEAWORTHY_ADMIN_PASSWORD: ADMIN.password,
    SEAWORTHY_SMTP_URL: `smtp://mailer:${MAIL_PASSWORD}@${mail.host}:${mail.port}`,
    SEAWORTHY_MAIL_FROM: 'Seaworthy <panel@example.org>',
    SEAWORTHY_LOG_LEVEL: 'debug',
  })
  const api = new RecordedApi(platform)

  const tokens = await signInEverywhere(api, mail)
  await plantSecrets(api)
  await work(platform, api)
  await rotateKeys(platform, api)
  await askEverything(api)
  await expectSignedIn(api)

  await platform.stopControlPlane()
  await stopAll(platform.config, { log: silentLogger })
  const needles = needlesFor([
    ...Object.values(SECRETS),
    ...[ADMIN.password, MAIL_PASSWORD, GIT_TOKEN],
    ...tokens,
  ])
  expect(api.answers.length).toBeGreaterThan(50)
  expect(hits(needles, 'answers', Buffer.from(api.answers.join('\n')))).toEqual([])
  expect(hits(needles, 'log', Buffer.from(platform.logged.join('\n')))).toEqual([])
  const files = filesIn(platform.config.home)
  expect(files.some(file => file.endsWith('seaworthy.sqlite'))).toBe(true)
  expect(files.flatMap(file => hits(needles, file, readFileSync(file)))).toEqual([])
  await expectPrinted(platform)
  await expectPlacesCoverAll(platform)
}, 180_000)

/** Asks over TCP and keeps every answer, but for those that hand out a new credential, once. */
class RecordedApi {
  readonly answers: string[] = []
  token = ''
  readonly #base: string

  constructor(platform: TestPlatform) {
    this.#base = `http://127.0.0.1:${platform.config.port}`
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of any endpoint
  async ask(method: string, path: string, body?: unknown, { handsOut = false } = {}): Promise<any> {
    const headers: Record<string, string> = this.token ? { authorization: `Bearer ${this.token}` } : {}
    if (body !== undefined) headers['content-type'] = 'application/json'
    const answer = await fetch(`${this.#base}/api/v1${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(30_000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!handsOut) this.answers.push(`${method} ${path} ${answer.status} ${text}`)
    if (answer.status >= 500) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
    const isJson = /^application\/(problem\+)?json\b/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, ...(isJson ? JSON.parse(text) : { text }) }
  }
}

/** Resolves with every credential that was handed out. */
async function signInEverywhere(
  api: RecordedApi,
  mail: Awaited<ReturnType<typeof smtpServer>>,
): Promise<string[]> {
  await api.ask('POST', '/session', { email: ADMIN.email, password: `${ADMIN.password}-wrong` })
  await api.ask('POST', '/session', { email: ADMIN.password, password: ADMIN.password })
  const session = await api.ask('POST', '/session', ADMIN, { handsOut: true })
  expect(session).toMatchObject({ success: true })
  api.token = session.data.token
  const scopes = ['admin']
  const token = await api.ask('POST', '/tokens', { name: 'ci', scopes }, { handsOut: true })
  expect(token).toMatchObject({ success: true })
  await api.ask('POST', '/password/forgot', { email: ADMIN.email })
  await waitFor(() => mail.mails.some(({ raw }) => linkToken(raw)), { what: 'the mail with the link' })
  const links = mail.mails.flatMap(({ raw }) => linkToken(raw) ?? [])
  return [session.data.token, token.data.secret, ...links]
}

function linkToken(raw: string): string | undefined {
  const text = raw.replace(/=\r?\n/g, '').replaceAll('=3D', '=')
  return /#token=([\w.-]{20,})/.exec(text)?.[1]
}

async function plantSecrets(api: RecordedApi): Promise<void> {
  const { FROM_TEAM, BECAME_SECRET, ...own } = SECRETS
  const secret = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, secret: true }]))
  await api.ask('POST', '/apps', { slug: 'leaky' })
  await api.ask('PATCH', '/apps/leaky/env', { set: secret({ ...own, BECAME_SECRET }) })
  await api.ask('PATCH', '/teams/default/env/all', { set: secret({ FROM_TEAM }) })
  await api.ask('PATCH', '/apps/leaky/env', { set: { 'NOT A NAME': { value: SECRETS.API_KEY } } })
  await api.ask('PATCH', '/apps/leaky/env', { set: { PORT: { value: SECRETS.API_KEY } } })
  await api.ask('PATCH', '/apps/leaky/env', { set: secret({ API_KEY: SECRETS.API_KEY }), baseVersion: 99 })
  await api.ask('POST', '/apps/leaky/env/import', { text: `A=1\nwhat is ${SECRETS.FROM_TEAM}` })
  await api.ask('POST', '/apps/leaky/env/import', { text: `X="${SECRETS.FROM_TEAM}` })
}

async function work(platform: TestPlatform, api: RecordedApi): Promise<void> {
  const { deployment, lines } = await platform.deploy('leaky', appFolder(SERVER, APP))
  expect(deployment).toMatchObject({ state: 'succeeded' })
  expect(lines.join('\n')).toContain('[redacted]')
  api.answers.push(lines.join('\n'))

  const broken = { ...APP, 'seaworthy.json': { build: { command: `sh -c "node print.js; exit 4"` } } }
  const failed = await platform.deploy('leaky', appFolder(SERVER, broken))
  expect(failed.deployment).toMatchObject({ state: 'failed' })
  const inFront = { ...APP, 'seaworthy.json': STATIC }
  const baked = await platform.deploy('leaky', appFolder(SERVER, inFront))
  expect(baked.deployment.error).toMatchObject({ code: 'secret_in_public_files' })
  api.answers.push(JSON.stringify([failed, baked]))

  const git = await httpBackend((_, response) => void response.writeHead(404).end())
  const url = `http://bot:${GIT_TOKEN}@${git.host}:${git.port}/shop.git`
  const queued = await api.ask('POST', '/apps/leaky/deployments', { git: { url } })
  expect(queued.data).toBeDefined()
  await platform.untilState('leaky', queued.data.number, ENDED_STATES)
  expect(git.requests.length).toBeGreaterThan(0)

  await api.ask('POST', '/apps/leaky/run', { argv: ['node', 'print.js'] })
  await platform.request('leaky', '/crash').catch(() => undefined)
  await waitFor(async () => (await platform.eventTypes('leaky')).includes('instance:crashed'))
  await waitFor(async () => (await platform.request('leaky')).body === 'ok', { what: 'the app to be back' })
}

/** What a front end's bundler does with a variable that it is told to inline. */
const STATIC = {
  build: {
    command: `node -e "require('fs').mkdirSync('dist'); require('fs').writeFileSync('dist/index.html', process.env.API_KEY)"`,
    output: 'dist',
  },
  static: { root: 'dist' },
}

async function rotateKeys(platform: TestPlatform, api: RecordedApi): Promise<void> {
  const { data: job } = await api.ask('POST', '/keys/rotate')
  await waitFor(
    async () => (await platform.api.call('jobs.get', { params: { id: job.id } })).state === 'succeeded',
    { what: 'the keys to be rotated', timeoutMs: 60_000 },
  )
  const { keys } = await platform.api.call('keys.list')
  expect(keys).toEqual([{ id: expect.any(String), primary: true, sealed: expect.any(Number) }])
  expect(keys[0]!.sealed).toBeGreaterThan(4)
}

/** Every address that can be read, with what fits its parameters. */
async function askEverything(api: RecordedApi): Promise<void> {
  const values: Record<string, string> = {
    ...{ slug: 'leaky', number: '1', version: '1', key: 'API_KEY', team: 'default', environment: 'all' },
    ...{ id: 'unknown', person: 'unknown', user: 'unknown', name: 'unknown', code: 'unknown' },
  }
  for (const { method, path, stream } of endpoints) {
    if (method !== 'GET' || stream?.when === 'always') continue
    const address = path.replace('/api/v1', '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? 'unknown')
    await api.ask('GET', address.endsWith('/diff') ? `${address}?from=0&to=1` : address)
  }
  for (const number of [2, 3, 4]) {
    await api.ask('GET', `/apps/leaky/deployments/${number}`)
    await api.ask('GET', `/apps/leaky/builds/${number}/log`)
  }
  await api.ask('GET', '/apps/leaky/logs?limit=1000')
  await api.ask('GET', '/apps/leaky/env/diff?from=1&to=0')
}

async function expectSignedIn(api: RecordedApi): Promise<void> {
  expect(await api.ask('GET', '/session')).toMatchObject({ status: 200 })
}

/** The values, and the forms in which programs print them. */
function needlesFor(values: readonly string[]): Map<string, Buffer> {
  const needles = new Map<string, Buffer>()
  for (const value of values) {
    const lines = value.split('\n').filter(line => line.length > 8 && !line.startsWith('-----'))
    const forms = [
      ...lines,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
      Buffer.from(value).toString('base64').replace(/=+$/, ''),
      Buffer.from(value).toString('hex'),
    ]
    for (const form of forms) needles.set(form, Buffer.from(form))
  }
  return needles
}

/** Where a secret was found: `log: planted-…`. */
function hits(needles: ReadonlyMap<string, Buffer>, where: string, content: Buffer): string[] {
  return [...needles].flatMap(([needle, bytes]) => (content.includes(bytes) ? [`${where}: ${needle}`] : []))
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

/** Or all of this would prove nothing: what was looked through is the output that had the secrets in it. */
async function expectPrinted({ config }: TestPlatform): Promise<void> {
  const logs = createFileLogStore({
    directory: join(config.home, 'logs', 'apps'),
    log: silentLogger,
    retention: { maxBytesPerApp: 1e9, maxAgeDays: 1 },
  })
  const database = await openDatabase({
    file: join(config.home, 'database', 'seaworthy.sqlite'),
    log: silentLogger,
  })
  try {
    const app = await database.db.selectFrom('apps').select('id').executeTakeFirstOrThrow()
    const texts = (await logs.query({ appId: app.id, limit: 10_000 })).map(({ text }) => text)
    expect(texts).toContain('plain [redacted]')
    expect(texts).toContain('half [redacted]')
    expect(texts.filter(text => text === 'printed').length).toBeGreaterThan(2)
    expect(texts.join('\n')).toMatch(/crashed with \[redacted\]/)
  } finally {
    await logs.close()
    await database.close()
  }
}

/** A table with sealed texts that the rotation of keys does not know would lose them. */
async function expectPlacesCoverAll({ config }: TestPlatform): Promise<void> {
  const store = await openDatabase({
    file: join(config.home, 'database', 'seaworthy.sqlite'),
    log: silentLogger,
  })
  try {
    const places = new Set(sealedPlaces.map(({ table, column }) => `${table}.${column}`))
    const found = (await findSealedTexts(store)).map(({ table, column }) => `${table}.${column}`)
    expect(found).toEqual(expect.arrayContaining(['env_versions.document_json', 'jobs.payload_json']))
    expect(found.filter(place => !places.has(place))).toEqual([])
  } finally {
    await store.close()
  }
}
