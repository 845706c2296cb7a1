import type { Canary } from '@seaworthy/routes'
import { freePort, httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { type Reply, route, TestEdge, target } from '../test/edge-harness.ts'

async function edgeWith(change: Partial<Canary> = {}) {
  const edge = await TestEdge.start()
  const [stable, trial] = [
    await httpBackend((_, response) => void response.end('stable')),
    await httpBackend((_, response) => void response.end('trial')),
  ]
  const canary: Canary = {
    release: 'v2',
    mode: 'proxy',
    targets: [target(trial.port)],
    percent: 50,
    ...change,
  }
  const push = (more: Partial<Canary> = {}) =>
    edge.push(route([target(stable.port)], { canary: { ...canary, ...more } }))
  await push()
  return { edge, push, stable }
}

function lotOf({ headers }: Reply): string {
  const set = [headers['set-cookie'] ?? []].flat().find(cookie => cookie.startsWith('seaworthy_canary_'))
  return set?.split(';')[0] ?? ''
}

test('about a share of the clients get the release on trial, and each stays where it is', async () => {
  const { edge } = await edgeWith()

  const first = await Promise.all(Array.from({ length: 60 }, () => edge.ask()))
  const again = await Promise.all(first.map(reply => edge.ask({ headers: { cookie: lotOf(reply) } })))

  const inTrial = first.filter(({ body }) => body === 'trial').length
  // With even chances, fewer than 8 of 60 happen once in a thousand million runs.
  expect(inTrial).toBeGreaterThan(8)
  expect(inTrial).toBeLessThan(52)
  expect(again.map(({ body }) => body)).toEqual(first.map(({ body }) => body))
  expect(again.map(lotOf).join('')).toBe('')
  expect((await edge.countersOf('v2')).requests).toBe(inTrial * 2)
  expect((await edge.countersOf('v1')).requests).toBe((60 - inTrial) * 2)
})

test('who is in stays in when the share grows, and all are in at 100', async () => {
  const { edge, push } = await edgeWith({ percent: 30 })
  const first = await Promise.all(Array.from({ length: 30 }, () => edge.ask()))

  await push({ percent: 70 })
  const grown = await Promise.all(first.map(reply => edge.ask({ headers: { cookie: lotOf(reply) } })))
  for (const [index, { body }] of first.entries())
    if (body === 'trial') expect(grown[index]!.body).toBe('trial')

  await push({ percent: 100 })
  expect((await edge.ask()).body).toBe('trial')
  await push({ percent: 0 })
  expect((await edge.ask()).body).toBe('stable')
})

test('a header asks for the release on trial, whatever the share', async () => {
  const { edge, push } = await edgeWith({ percent: 0, header: { name: 'x-try', value: '' } })

  expect((await edge.ask({ headers: { 'X-Try': 'anything' } })).body).toBe('trial')
  expect((await edge.ask()).body).toBe('stable')
  await push({ header: { name: 'x-try', value: 'beta' } })
  expect((await edge.ask({ headers: { 'X-Try': 'beta' } })).body).toBe('trial')
  expect((await edge.ask({ headers: { 'X-Try': 'other' } })).body).toBe('stable')
})

test('another release on trial draws lots anew', async () => {
  const { edge, push } = await edgeWith()
  const cookie = lotOf(await edge.ask())

  await push({ release: 'v3' })

  expect(lotOf(await edge.ask({ headers: { cookie } }))).not.toBe('')
})

test('without a healthy instance of it the other release serves, and that is told', async () => {
  const { edge, push } = await edgeWith({ percent: 100 })
  const events = edge.events()
  await push({ percent: 100, targets: [target(1, { state: 'unhealthy' })] })

  expect((await edge.ask()).body).toBe('stable')

  await waitFor(() => events.some(event => event.type === 'canary-failed' && event.release === 'v2'))
  expect((await edge.countersOf('v1')).requests).toBe(1)
})

test('when its instances take no connection the other release serves, and it counts as failed', async () => {
  const { edge, push } = await edgeWith({ percent: 100 })
  await push({ percent: 100, targets: [target(await freePort(), { id: 'ins_dead' })] })

  const replies = await Promise.all(
    Array.from({ length: 5 }, () => edge.ask({ method: 'POST', body: 'order' })),
  )

  expect(replies.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(5).fill('200 stable'))
  expect(await edge.countersOf('v2')).toMatchObject({ requests: 5, edgeFailures: 5, inFlight: 0 })
  expect(await edge.countersOf('v1')).toMatchObject({ requests: 5, edgeFailures: 0, inFlight: 0 })
})
