import type { CanaryPlan, Deployment } from '@seaworthy/api'
import { waitFor } from '@seaworthy/testing'
import { beforeAll, expect, test } from 'vitest'
import { answers, appFolder, processesOf, serves, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

const HEADER = { 'x-canary': 'yes' }

/** Puts a release beside the one that serves, and waits until it has its share. */
async function canary(slug: string, server: string, plan: Partial<CanaryPlan> = {}): Promise<Deployment> {
  const { number } = await platform.push(slug, appFolder(server), {
    canary: { percent: 0, header: { name: 'X-Canary', value: '' }, promoteAfterMinutes: null, ...plan },
  })
  const deployment = await platform.untilState(slug, number, ['canary', 'failed', 'succeeded', 'cancelled'])
  expect(deployment.error).toBeNull()
  if (deployment.state === 'canary')
    await waitFor(async () => (await platform.eventTypes(slug))[0] === 'canary:started', {
      what: 'the edge to know of the canary',
    })
  return deployment
}

const get = async (slug: string, headers = {}) => (await platform.request(slug, '/', { headers })).body
const current = async (slug: string) =>
  (await platform.api.call('apps.get', { params: { slug } })).currentRelease?.version
const ended = (slug: string, { number }: Deployment) =>
  platform.untilState(slug, number, ['succeeded', 'failed', 'cancelled'])

test('a canary answers who asks for it, while the release that serves answers all others', async () => {
  const slug = 'two-sides'
  await platform.goLive(slug, appFolder(answers('old')))

  const deployment = await canary(slug, answers('new'))

  expect(deployment.state).toBe('canary')
  expect([await get(slug), await get(slug, HEADER)]).toEqual(['old', 'new'])
  expect(await current(slug)).toBe(1)
  expect(deployment.canary).toMatchObject({
    percent: 0,
    header: { name: 'X-Canary', value: '' },
    ending: null,
  })
  await waitFor(
    async () => {
      const { canary } = await platform.api.call('deployments.get', {
        params: { slug, number: deployment.number },
      })
      return canary?.canary.requests === 1 && canary.stable.requests === 1 && canary.probes.sent > 0
    },
    { what: 'both sides to be counted' },
  )

  await platform.api.call('canary.promote', { params: { slug } })
  const promoted = await ended(slug, deployment)

  expect(promoted).toMatchObject({ state: 'succeeded', canary: { ending: 'promote' } })
  expect(promoted.receipt).toMatchObject({
    verdict: 'kept',
    release: 'v2',
    previousRelease: 'v1',
    canary: { percent: 0, ended: 'promoted', canary: { requests: 1 }, stable: { requests: 1, failures: 0 } },
  })
  expect([await get(slug), await current(slug)]).toEqual(['new', 2])
  await waitFor(() => processesOf(slug).length === 1, { what: 'only the new process to run' })
})

test('a canary that is aborted leaves everything as it was', async () => {
  const slug = 'called-off'
  await platform.goLive(slug, appFolder(answers('old')))
  const deployment = await canary(slug, answers('new'))

  await platform.api.call('canary.abort', { params: { slug } })
  const aborted = await ended(slug, deployment)

  expect(aborted).toMatchObject({ state: 'cancelled', error: { code: 'canary_aborted' } })
  expect(aborted.receipt).toMatchObject({ verdict: 'not-switched', canary: { ended: 'aborted' } })
  expect([await get(slug, HEADER), await current(slug)]).toEqual(['old', 1])
  await waitFor(() => processesOf(slug).length === 1, { what: 'only the old process to run' })
  await expect(platform.api.call('canary.abort', { params: { slug } })).rejects.toMatchObject({
    code: 'no_canary',
  })
})

test('a canary whose process ends is ended, without a failure of what serves', async () => {
  const slug = 'falls-over'
  await platform.goLive(slug, appFolder(answers('old')))
  const dies = serves("if (request.url === '/die') process.exit(3); response.end('new')")
  const deployment = await canary(slug, dies)

  await platform.request(slug, '/die', { headers: HEADER }).catch(() => undefined)
  const failed = await ended(slug, deployment)

  expect(failed).toMatchObject({ state: 'failed', error: { code: 'canary_failed' } })
  expect(await get(slug)).toBe('old')
  expect(await platform.eventTypes(slug)).not.toContain('app:crash-looping')
})

test('whatever is deployed next ends the canary first, and says so', async () => {
  const slug = 'overtaken'
  await platform.goLive(slug, appFolder(answers('old')))
  const first = await canary(slug, answers('new'))

  const { deployment, lines } = await platform.deploy(slug, appFolder(answers('newest')))

  expect(deployment.state).toBe('succeeded')
  expect(lines).toContain(`ending the canary of deployment ${first.number} first`)
  expect(await ended(slug, first)).toMatchObject({ state: 'cancelled', error: { code: 'canary_replaced' } })
  expect([await get(slug), await get(slug, HEADER)]).toEqual(['newest', 'newest'])
  await waitFor(() => processesOf(slug).length === 1, { what: 'only the newest process to run' })
})

test('the first release of an app has nothing to be compared with: it gets all requests', async () => {
  const slug = 'first-one'
  await platform.ensureApp(slug)

  const deployment = await canary(slug, answers('first'), { percent: 10 })

  expect((await ended(slug, deployment)).state).toBe('succeeded')
  expect(await get(slug)).toBe('first')
})

test('a canary takes over by itself once its time without a breach is over', async () => {
  const slug = 'by-itself'
  await platform.goLive(slug, appFolder(answers('old')))

  const deployment = await canary(slug, answers('new'), { promoteAfterMinutes: 0.05 })
  const promoted = await ended(slug, deployment)

  expect(promoted).toMatchObject({ state: 'succeeded' })
  expect(promoted.canary?.reason).toMatch(/without a breach for 0.05 minutes/)
  expect(await get(slug)).toBe('new')
})

test('another run of the control plane finds the canary as it was, and ends it when told', async () => {
  const slug = 'survives'
  await platform.goLive(slug, appFolder(answers('old')))
  const deployment = await canary(slug, answers('new'))
  const before = processesOf(slug)

  await platform.stopControlPlane()
  expect([await get(slug), await get(slug, HEADER)]).toEqual(['old', 'new'])
  await platform.startControlPlane()

  expect(processesOf(slug)).toEqual(before)
  expect([await get(slug), await get(slug, HEADER)]).toEqual(['old', 'new'])
  await platform.api.call('canary.promote', { params: { slug } })
  expect((await ended(slug, deployment)).state).toBe('succeeded')
  expect(await get(slug)).toBe('new')
})

test('while there is a canary the app is scaled as ever, and does not count as idle', async () => {
  const slug = 'scaled'
  await platform.goLive(slug, appFolder(answers('old')))
  const deployment = await canary(slug, answers('new'))

  await platform.api.call('apps.scale', { params: { slug }, body: { web: 2 } })

  expect(processesOf(slug)).toHaveLength(3)
  expect(await get(slug, HEADER)).toBe('new')
  await platform.api.call('canary.promote', { params: { slug } })
  expect((await ended(slug, deployment)).state).toBe('succeeded')
  await waitFor(() => processesOf(slug).length === 2, { what: 'two processes of the new release' })
})
