import { systemPart, waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { example, versionOf } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

async function output(slug: string, argv: string[]) {
  const lines: string[] = []
  let code: number | null | undefined
  for await (const event of platform.api.stream('apps.run', { params: { slug }, body: { argv } })) {
    if (event.type === 'log') lines.push(event.text)
    if (event.type === 'exit') code = event.code
  }
  return { lines, code }
}

test('logs can be searched and followed', async () => {
  const slug = 'talks'
  await platform.deploy(slug, example('hello'))
  const following = new AbortController()
  const followed: string[] = []
  const reading = (async () => {
    for await (const event of platform.api.stream('logs.query', {
      params: { slug },
      signal: following.signal,
    }))
      followed.push(event.text)
  })().catch(() => undefined)

  await waitFor(
    async () =>
      (await platform.api.call('logs.query', { params: { slug }, query: { grep: 'LISTENING' } })).length ===
      1,
    { what: 'the line to be found' },
  )
  const restart = await platform.api.call('apps.restart', { params: { slug } })
  await platform.follow(slug, restart)

  await waitFor(() => followed.some(text => text.includes('stopping')), {
    what: 'the new lines to be followed',
  })
  following.abort()
  await reading
})

test.skipIf(await systemPart.missing('linux', 'root', 'unshare'))(
  'what an app writes to a volume is there for its next releases, instances and commands',
  async () => {
    const slug = 'remembers'
    const manifest = JSON.stringify({ volumes: { data: '/data' } })
    const server = `import { appendFileSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
createServer((request, response) => {
  appendFileSync('/data/guests', request.url + '\\n')
  response.end(readFileSync('/data/guests', 'utf8'))
}).listen(process.env.PORT)
`
    const files = { 'seaworthy.json': manifest, 'server.js': server }
    await platform.deploy(slug, versionOf('healthy', 'one', files))
    const first = (await platform.request(slug, '/ada')).body
    await platform.deploy(slug, versionOf('healthy', 'two', files))

    const second = (await platform.request(slug, '/bob')).body

    expect(first).toContain('/ada\n')
    expect(second.startsWith(first)).toBe(true)
    expect(second).toContain('/bob\n')
    expect((await output(slug, ['cat', '/data/guests'])).lines).toContain('/bob')
    const [volume] = await platform.api.call('volumes.list', { params: { slug } })
    expect(volume).toMatchObject({ name: 'data', path: '/data' })
  },
)

test('a variable is in the next release, and a secret is nowhere to be read', async () => {
  const slug = 'configured'
  await platform.deploy(slug, versionOf('healthy', 'one'))

  const { deployment } = await platform.api.call('env.update', {
    params: { slug },
    body: { set: { VERSION: { value: 'from-env' }, KEY: { value: 'planted-secret-value', secret: true } } },
  })
  await platform.follow(slug, deployment!)

  expect((await platform.request(slug)).body).toBe('from-env\n')
  expect((await platform.api.call('env.get', { params: { slug } })).variables.KEY).toEqual({
    secret: true,
    value: null,
    from: 'app',
  })
  const run = await output(slug, ['node', '-p', 'process.env.KEY'])
  expect(run.lines.join('\n')).not.toContain('planted-secret-value')
})

test('a scaled app has as many instances as asked for, and requests reach all of them', async () => {
  const slug = 'wide'
  await platform.deploy(slug, example('hello'))

  await platform.api.call('apps.scale', { params: { slug }, body: { web: 3 } })

  expect(await platform.running(slug)).toEqual(['web', 'web', 'web'])
  const bodies = new Set<string>()
  await waitFor(async () => bodies.add((await platform.request(slug)).body).size === 3, {
    what: 'an answer of each instance',
  })
  await platform.api.call('apps.scale', { params: { slug }, body: { web: 1 } })
  expect(await platform.running(slug)).toEqual(['web'])
})

test('a restart replaces every instance without an interruption', async () => {
  const slug = 'restarted'
  await platform.deploy(slug, example('hello'))
  const before = (await platform.request(slug)).body

  const restart = await platform.api.call('apps.restart', { params: { slug } })
  const { deployment } = await platform.follow(slug, restart)

  expect(deployment.state).toBe('succeeded')
  expect((await platform.request(slug)).body).not.toBe(before)
})

test('a command runs with the release of the app, and its exit code comes back', async () => {
  const slug = 'commanded'
  await platform.deploy(slug, example('hello'))

  expect(await output(slug, ['node', '-v'])).toEqual({ lines: [expect.stringMatching(/^v\d+\./)], code: 0 })
  expect((await output(slug, ['node', '-e', 'process.exit(7)'])).code).toBe(7)
  expect((await output(slug, ['node', '-p', '"a b" + process.argv[1]', "it's $HOME"])).lines).toEqual([
    "a bit's $HOME",
  ])
})

test('an instance that crashes is replaced, and the event tells of it', async () => {
  const slug = 'fragile'
  await platform.deploy(
    slug,
    versionOf('healthy', 'one', {
      'server.js': `import { createServer } from 'node:http'
createServer((request, response) => {
  if (request.url === '/crash') process.exit(1)
  response.end('alive')
}).listen(process.env.PORT)
`,
    }),
  )

  await platform.request(slug, '/crash').catch(() => undefined)

  await waitFor(async () => (await platform.request(slug)).body === 'alive', {
    what: 'the app to answer again',
  })
  const events = await platform.api.call('events.app', { params: { slug } })
  expect(events.map(event => event.type)).toContain('instance:crashed')
})

test('a deleted app stops at once, lies in the trash and can be taken out of it', async () => {
  const slug = 'doomed'
  await platform.deploy(slug, example('hello'))

  await expect(
    platform.api.call('apps.delete', { params: { slug }, body: { confirm: 'other' } }),
  ).rejects.toMatchObject({ status: 400 })
  await platform.api.call('apps.delete', { params: { slug }, body: { confirm: slug } })
  expect((await platform.request(slug)).status).toBe(404)

  const { data } = await platform.api.page('trash.list')
  const trashed = data.find(app => app.slug === slug)!
  const keptDays = (Date.parse(trashed.purgeAt!) - Date.parse(trashed.deletedAt)) / 86_400_000
  expect(keptDays).toBeCloseTo(7)
  await platform.api.call('trash.restore', { params: { id: trashed.id } })
  await waitFor(async () => (await platform.request(slug)).status === 200, {
    what: 'the app to answer again',
  })
})

test('two deployments of one app at once end in the order they came', async () => {
  const slug = 'ordered'
  const first = await platform.push(slug, versionOf('healthy', 'one'))
  const second = await platform.push(slug, versionOf('healthy', 'two'))

  const ends = await Promise.all([platform.follow(slug, first), platform.follow(slug, second)])

  expect(ends.map(end => end.deployment.state)).toEqual(['succeeded', 'succeeded'])
  expect(ends.map(end => end.deployment.release)).toEqual([1, 2])
  expect((await platform.request(slug)).body).toBe('two\n')
})

test('a deployment that is being built can be cancelled', async () => {
  const slug = 'cancelled'
  const build = {
    'package.json': '{"name":"x","type":"module","scripts":{"build":"sleep 600","start":"node server.js"}}',
  }
  const deployment = await platform.push(slug, versionOf('healthy', 'one', build))
  await waitFor(
    async () => (await platform.api.call('builds.list', { params: { slug } }))[0]?.state === 'running',
    { what: 'the build to run' },
  )

  await platform.api.call('deployments.cancel', { params: { slug, number: deployment.number } })

  const { deployment: ended } = await platform.follow(slug, deployment)
  expect(ended.state).toBe('cancelled')
  expect((await platform.api.call('builds.list', { params: { slug } }))[0]?.state).toBe('cancelled')
})

test('a scheduled deployment waits for its time and then goes live', async () => {
  const slug = 'later'
  await platform.ensureApp(slug)
  const { packFolder } = await import('@seaworthy/source/pack')
  const { stream } = await packFolder(example('hello'))
  const scheduledAt = new Date(Date.now() + 2000).toISOString()

  const deployment = await platform.api.upload({ slug, stream, filename: 'app.tar.gz', scheduledAt })
  const { deployment: ended } = await platform.follow(slug, deployment)

  expect(ended.state).toBe('succeeded')
  expect(Date.parse(ended.startedAt!)).toBeGreaterThanOrEqual(Date.parse(scheduledAt))
})

const CALLER = `
import { createServer, get } from 'node:http'
const call = url =>
  new Promise(resolve => {
    get(url, async answer => {
      let body = ''
      for await (const chunk of answer) body += chunk
      resolve(answer.statusCode + ' ' + body.trim())
    }).on('error', error => resolve(error.code))
  })
const port = new URL(process.env.SEAWORTHY_INTERNAL_URL_CALLED ?? 'http://none').port || 80
createServer(async (request, response) =>
  response.end(await call('http://' + request.url.slice(1) + '.internal:' + port)),
).listen(Number(process.env.PORT))
`

test.skipIf(await systemPart.missing('linux', 'root', 'unshare'))(
  'an app calls another of its team by name where its manifest says so, and no other app does',
  async () => {
    const calls = JSON.stringify({ calls: ['called'] })
    await platform.deploy('called', versionOf('healthy', 'from within'))
    await platform.deploy(
      'caller',
      versionOf('healthy', 'one', { 'server.js': CALLER, 'seaworthy.json': calls }),
    )
    await platform.deploy('other', versionOf('healthy', 'one', { 'server.js': CALLER }))

    expect((await platform.request('caller', '/called')).body).toBe('200 from within')
    expect((await platform.request('caller', '/other')).body).toBe('ENOTFOUND')
    expect((await platform.request('other', '/called')).body).toBe('ENOTFOUND')
  },
)
