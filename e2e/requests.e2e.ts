import type { RequestEvent } from '@seaworthy/api'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start({ SEAWORTHY_FIGURES_LOOK_SECONDS: '0.5' })
  await platform.deploy('seen', fixture('answers-as-asked'))
})

afterAll(() => platform?.destroy())

const params = { slug: 'seen' }

async function requestsCounted(slug: string): Promise<number> {
  const { requests } = await platform.api.call('figures.app', { params: { slug } })
  return requests.reduce((sum, count) => sum + count, 0)
}

test('a live tail tells of a failure with its request id, at once and nothing else', async () => {
  const stop = new AbortController()
  const events: RequestEvent[] = []
  const query = { status: '5xx' }
  const reading = (async () => {
    for await (const event of platform.api.stream('requests.query', { params, query, signal: stop.signal }))
      events.push(event)
  })()
  // Until the tail is there nobody can tell whether it is: so ask until it has told of something.
  await waitFor(async () => {
    await platform.request('seen', '/500/first')
    return events.length > 0
  })

  await platform.request('seen', '/fine')
  const failed = await platform.request('seen', '/500/second?token=secret')
  const told = await waitFor(() =>
    events.find(event => event.type === 'request' && event.path === '/500/second'),
  )
  stop.abort()
  await reading

  expect(told).toMatchObject({ id: failed.headers['x-request-id'], status: 500, query: 'token=[redacted]' })
  expect(events.filter(event => event.type === 'request' && event.status !== 500)).toEqual([])
})

test('what a search finds is what was asked, the newest last', async () => {
  const asked = await platform.request('seen', '/searched/1')
  await platform.request('seen', '/searched/2', { method: 'POST' })

  const query = { path: '/searched/*' }
  const { requests } = await waitFor(async () => {
    const found = await platform.api.call('requests.query', { params, query })
    return found.requests.length === 2 ? found : undefined
  })

  expect(requests.map(({ path }) => path)).toEqual(['/searched/1', '/searched/2'])
  expect(requests[0]).toMatchObject({ id: asked.headers['x-request-id'], release: 'v1', process: 'web' })
  expect(
    await platform.api.call('requests.query', { params, query: { ...query, method: 'POST' } }),
  ).toMatchObject({
    requests: [{ path: '/searched/2' }],
    complete: true,
  })
})

test('figures add up to the requests that were sent, also when the control plane is killed between', async () => {
  // An app of its own: what other tests asked for may be written at any time.
  const { deployment } = await platform.deploy('counted', fixture('answers-as-asked'))
  const asked = 80 + deployment.receipt!.probes!.sent
  await Promise.all(Array.from({ length: 50 }, () => platform.request('counted')))
  await platform.kill()
  await Promise.all(Array.from({ length: 30 }, () => platform.request('counted')))
  await platform.startControlPlane()

  await waitFor(async () => (await requestsCounted('counted')) >= asked, {
    what: 'the figures to be written',
  })
  expect(await requestsCounted('counted')).toBe(asked)
  const app = (await platform.api.call('figures.apps')).find(({ slug }) => slug === 'counted')
  expect(app!.requestsPerMinute).toBeGreaterThan(0)
  expect(await platform.eventTypes('seen')).toContain('deployment:succeeded')
})

test('two browsers are two visits however often they come, and a program is none', async () => {
  const open = (path: string, agent: string, more: Record<string, string> = {}) =>
    platform.request('seen', path, {
      headers: { accept: 'text/html,application/xhtml+xml', 'user-agent': agent, ...more },
    })
  for (const path of ['/', '/about', '/about?from=mail']) await open(path, FIREFOX)
  await open('/', IPHONE, { referer: 'https://www.example.com/list?q=secret' })
  await open('/', 'curl/8.0.1 (looks around)')
  await platform.request('seen', '/style.css', { headers: { accept: 'text/css', 'user-agent': FIREFOX } })

  const visits = await waitFor(
    async () => {
      const seen = await platform.api.call('visits.get', { params })
      return seen.views >= 4 ? seen : undefined
    },
    { timeoutMs: 40_000, what: 'the visits to be written' },
  )

  expect(visits).toMatchObject({ enabled: true, views: 4, visits: 2, bots: 1 })
  expect(visits.pages).toEqual([
    { name: '/', views: 2 },
    { name: '/about', views: 2 },
  ])
  expect(visits.referrers).toEqual([{ name: 'example.com', views: 1 }])
  expect(visits.devices.map(({ name }) => name).sort()).toEqual(['desktop', 'phone'])
})

test('the timeline tells what changed', async () => {
  await platform.api.call('env.update', { params, body: { set: { COLOUR: { value: 'blue' } } } })

  const { entries } = await waitFor(async () => {
    const timeline = await platform.api.call('timeline.get', { params })
    return timeline.entries.some(({ kind }) => kind === 'env') ? timeline : undefined
  })

  expect(entries.map(({ title }) => title)).toContain('Variables were changed: COLOUR')
  expect(entries.find(({ source, deployment }) => source === 'deployment' && deployment === 1)).toMatchObject(
    {
      kind: 'deployment',
      tone: 'good',
      title: 'Release v1 went live',
      release: 1,
    },
  )
})
