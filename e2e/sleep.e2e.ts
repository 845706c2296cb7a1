import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start({
    SEAWORTHY_SLEEP_AFTER_MINUTES: '0.02',
    SEAWORTHY_SLEEP_LOOK_SECONDS: '0.2',
  })
})

afterAll(() => platform?.destroy())

/** The platform of this file puts apps to sleep after 1.2 s without a request. */
async function untilAsleep(slug: string): Promise<void> {
  await waitFor(async () => (await platform.running(slug)).length === 0, {
    what: `${slug} to sleep`,
    timeoutMs: 20_000,
  })
}

test('an idle app sleeps without a process, and the next request of any method is answered by it', async () => {
  await platform.deploy('naps', versionOf('healthy', 'one'))

  for (const method of ['GET', 'POST', 'DELETE']) {
    await untilAsleep('naps')
    const answer = await platform.request('naps', '/', {
      method,
      body: method === 'POST' ? 'hello' : undefined,
    })
    expect(answer).toMatchObject({ status: 200, body: 'one\n' })
  }
})

test('two hundred requests at once wake a sleeping app once, and all succeed', async () => {
  await platform.deploy('popular', versionOf('healthy', 'one'))
  await untilAsleep('popular')

  const answers = await Promise.all(Array.from({ length: 200 }, () => platform.request('popular')))

  expect(answers.filter(answer => answer.status === 200)).toHaveLength(200)
  expect(await platform.running('popular')).toEqual(['web'])
})

test('a deployment to a sleeping app wakes it with the new release', async () => {
  await platform.deploy('drowsy', versionOf('healthy', 'one'))
  await untilAsleep('drowsy')

  const outcome = await platform.deploy('drowsy', versionOf('healthy', 'two'))

  expect(outcome.deployment.state).toBe('succeeded')
  expect((await platform.request('drowsy')).body).toBe('two\n')
})

test('an app that is told never to sleep stays awake while others sleep', async () => {
  await platform.deploy('insomniac', versionOf('healthy', 'one'))
  await platform.api.call('apps.update', { params: { slug: 'insomniac' }, body: { sleepAfterMinutes: 0 } })
  await platform.deploy('sleeper', versionOf('healthy', 'one'))
  await untilAsleep('sleeper')

  expect(await platform.running('insomniac')).toEqual(['web'])
})
