import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpBackend, temporaryFolder, waitFor } from '@seaworthy/testing'
import { beforeAll, expect, test } from 'vitest'
import { answers, appFolder, processesOf, serves, startsIf, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

/** Apps of this platform sleep after 0.6 s without a request. */
beforeAll(async () => {
  platform = await TestPlatform.start({
    SEAWORTHY_SLEEP_AFTER_MINUTES: '0.01',
    SEAWORTHY_SLEEP_LOOK_SECONDS: '0.1',
    SEAWORTHY_WATCH_SECONDS: '0',
  })
})

async function untilAsleep(slug: string): Promise<void> {
  await waitFor(async () => (await stateOf(slug)) === 'asleep' && processesOf(slug).length === 0, {
    what: `${slug} to sleep`,
  })
}

async function stateOf(slug: string): Promise<string> {
  return (await platform.api.call('apps.get', { params: { slug } })).state
}

test('an idle app sleeps without a process, and requests of any method wait for the wake-up and succeed', async () => {
  const slug = 'naps'
  await platform.goLive(slug, appFolder(serves('response.end(request.method)')))
  await untilAsleep(slug)

  const methods = ['GET', 'POST', 'DELETE', 'PUT']
  const asked = await Promise.all(methods.map(method => platform.request(slug, '/', { method })))

  expect(asked.map(({ status, body }) => ({ status, body }))).toEqual(
    methods.map(body => ({ status: 200, body })),
  )
  expect(await stateOf(slug)).toBe('active')
  const events = await platform.eventTypes(slug)
  expect(events.filter(type => type === 'app:woke')).toHaveLength(1)
  expect(events).toContain('app:slept')
})

test('an app is not put to sleep under a request that takes long', async () => {
  const slug = 'works-long'
  await platform.goLive(
    slug,
    appFolder(serves("setTimeout(() => response.end('done'), request.url === '/slow' ? 2000 : 0)")),
  )

  expect(await platform.request(slug, '/slow')).toMatchObject({ status: 200, body: 'done' })
  expect(await platform.eventTypes(slug)).not.toContain('app:slept')
})

test('an app with a worker, and one that is told never to sleep, stay awake while another one sleeps', async () => {
  await platform.goLive(
    'works',
    appFolder(answers('one'), { Procfile: 'web: node server.js\nworker: sleep 600\n' }),
  )
  await platform.goLive('insomniac', appFolder(answers('one')))
  await platform.api.call('apps.update', { params: { slug: 'insomniac' }, body: { sleepAfterMinutes: 0 } })
  await platform.goLive('other', appFolder(answers('one')))

  await untilAsleep('other')

  expect((await platform.running('works')).sort()).toEqual(['web', 'worker'])
  expect(await platform.running('insomniac')).toEqual(['web'])
})

test('a deployment to a sleeping app wakes it with the new release', async () => {
  const slug = 'drowsy'
  await platform.goLive(slug, appFolder(answers('one')))
  await untilAsleep(slug)

  const { deployment } = await platform.deploy(slug, appFolder(answers('two')))

  expect(deployment).toMatchObject({ state: 'succeeded', previousRelease: 1 })
  expect((await platform.request(slug)).body).toBe('two')
})

test('a sleeping app stays asleep over a restart of the platform, and wakes on request', async () => {
  const slug = 'sleeps-on'
  await platform.goLive(slug, appFolder(answers('one')))
  await untilAsleep(slug)

  await platform.stopControlPlane()
  await platform.startControlPlane()

  expect(await stateOf(slug)).toBe('asleep')
  expect((await platform.request(slug)).body).toBe('one')
})

test('the last request of an app is kept, also of a static one', async () => {
  const slug = 'asked-for'
  const folder = temporaryFolder().path
  writeFileSync(join(folder, 'index.html'), '<h1>hello</h1>')
  await platform.goLive(slug, folder)
  const askedAt = Date.now()

  await platform.request(slug)

  await waitFor(
    async () => {
      const { lastRequestAt } = await platform.api.call('apps.get', { params: { slug } })
      return Date.parse(lastRequestAt!) >= askedAt
    },
    { what: 'the request to be noted' },
  )
})

test('an app that cannot be woken answers with an error page, and an event says why', async () => {
  const slug = 'oversleeps'
  let mayStart = true
  const gate = await httpBackend((_, response) => void response.writeHead(mayStart ? 200 : 500).end())
  await platform.goLive(slug, appFolder(startsIf(gate, 'up')))
  await untilAsleep(slug)
  mayStart = false

  const answer = await platform.request(slug)

  expect(answer.status).toBe(503)
  expect((await platform.lastEvent(slug, 'app:wake-failed'))?.data).toMatchObject({
    reason: expect.stringMatching(/exit code 8/),
  })
  expect(processesOf(slug)).toEqual([])
})
