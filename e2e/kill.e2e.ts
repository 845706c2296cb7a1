import { readdirSync, readFileSync } from 'node:fs'
import type { DeploymentState } from '@seaworthy/api'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

const ENDED: readonly DeploymentState[] = ['succeeded', 'failed', 'cancelled']

async function untilState(slug: string, number: number, states: readonly DeploymentState[]) {
  return waitFor(
    async () => {
      const deployment = await platform.api.call('deployments.get', { params: { slug, number } })
      return states.includes(deployment.state) ? deployment : undefined
    },
    { timeoutMs: 60_000, what: `deployment ${number} of ${slug} to be ${states.join(' or ')}` },
  )
}

/** Processes of this machine that were started as an instance of the app. */
function processesOf(slug: string): string[] {
  return readdirSync('/proc')
    .filter(pid => /^\d+$/.test(pid))
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SEAWORTHY_APP=${slug}`)
      } catch {
        return false
      }
    })
}

const moments: readonly DeploymentState[] = ['queued', 'starting', 'switching', 'watching', 'draining']

test.each(moments)(
  'killed while a deployment is %s, it comes to its right end after the restart',
  async moment => {
    const slug = `killed-${moment}`
    await platform.deploy(slug, versionOf('healthy', 'one'))
    const { number } = await platform.push(
      slug,
      versionOf('slow-start', 'two', { 'seaworthy.json': '{"deploy":{"watchSeconds":2}}' }),
    )
    await untilState(slug, number, [...moments.slice(moments.indexOf(moment)), ...ENDED])

    await platform.kill()
    expect((await platform.request(slug)).status).toBe(200)
    await platform.startControlPlane()

    const deployment = await untilState(slug, number, ENDED)
    expect(deployment.state).toBe('succeeded')
    expect((await platform.request(slug)).body).toBe('two\n')
    await waitFor(() => processesOf(slug).length === 1, { what: 'exactly one process', timeoutMs: 30_000 })
    expect(await platform.running(slug)).toEqual(['web'])
  },
)

test('killed while several deployments wait, none is lost and they end in order', async () => {
  const slug = 'queue'
  const pushed = []
  for (const version of ['one', 'two', 'three'])
    pushed.push(await platform.push(slug, versionOf('healthy', version)))

  await platform.kill()
  await platform.startControlPlane()

  for (const { number } of pushed) expect((await untilState(slug, number, ENDED)).state).toBe('succeeded')
  expect((await platform.request(slug)).body).toBe('three\n')
})

test('a platform that was stopped in order takes over what runs', async () => {
  await platform.deploy('adopted', versionOf('healthy', 'one'))
  const before = processesOf('adopted')

  await platform.stopControlPlane()
  expect((await platform.request('adopted')).body).toBe('one\n')
  await platform.startControlPlane()

  expect(processesOf('adopted')).toEqual(before)
  expect(await platform.running('adopted')).toEqual(['web'])
})

test('an instance that dies while nobody looks is started again', async () => {
  await platform.deploy('orphan', versionOf('healthy', 'one'))
  await platform.kill()
  for (const pid of processesOf('orphan')) process.kill(Number(pid), 'SIGKILL')

  await platform.startControlPlane()

  await waitFor(async () => (await platform.request('orphan')).status === 200, {
    timeoutMs: 20_000,
    what: 'the app to answer again',
  })
})
