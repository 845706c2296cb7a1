import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, versionOf } from './harness/apps.ts'
import { startLoad } from './harness/load.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

/** Each broken version is deployed on top of one that works. */
const broken: { name: string; says: RegExp; files?: Record<string, string> }[] = [
  { name: 'fails-to-build', says: /build/i },
  { name: 'exits-at-once', says: /ended with exit code/ },
  {
    name: 'never-listens',
    says: /opened no port within 2 s/,
    files: { 'seaworthy.json': '{"deploy":{"startTimeoutSeconds":2}}' },
  },
  {
    name: 'wrong-port',
    says: /listens on port \d+, but it must listen on the port in the PORT variable/,
    files: { 'seaworthy.json': '{"deploy":{"startTimeoutSeconds":2}}' },
  },
  {
    name: 'fails-health',
    says: /health check failed/,
    files: { 'seaworthy.json': '{"health":{"path":"/healthz"},"deploy":{"startTimeoutSeconds":2}}' },
  },
  { name: 'release-fails', says: /release process ended with exit code/ },
]

describe.each(broken)('a version that $name', ({ name, says, files }) => {
  test('fails with a plain sentence, leaves the old release serving and nothing of itself running', async () => {
    const slug = `old-and-${name}`
    const good = await platform.deploy(slug, versionOf('healthy', 'good'))
    expect(good.deployment.state).toBe('succeeded')

    const { deployment } = await platform.deploy(slug, versionOf(name, 'bad', files))

    expect(deployment.state).toBe('failed')
    expect(deployment.error?.message).toMatch(says)
    expect((await platform.request(slug)).body).toBe('good\n')
    expect(await platform.running(slug)).toEqual(['web'])
  })
})

test('the first version of an app that never works leaves nothing running and says what is wrong', async () => {
  const { deployment } = await platform.deploy('never-worked', versionOf('exits-at-once', 'bad'))

  expect(deployment.state).toBe('failed')
  expect(await platform.running('never-worked')).toEqual([])
  expect((await platform.request('never-worked')).status).toBe(404)
})

test('the log of a failed deployment ends with the last lines of what failed', async () => {
  const { lines } = await platform.deploy('last-lines', fixture('exits-at-once'))

  expect(lines.length).toBeGreaterThan(1)
  expect(lines.at(-1)).toMatch(/ended with exit code/)
})

test('a version that breaks under real traffic is taken back by itself, and the receipt says so', async () => {
  const slug = 'breaks'
  await platform.deploy(slug, versionOf('healthy', 'good'))
  const load = startLoad({ port: platform.httpPort, host: `${slug}.localhost`, perSecond: 100 })

  const { deployment } = await platform.deploy(slug, versionOf('breaks-under-traffic', 'bad'))
  await load.stop()

  expect(deployment.state).toBe('failed')
  expect(deployment.error?.code).toBe('deployment_returned')
  expect(deployment.receipt).toMatchObject({ verdict: 'returned', previousRelease: 'v1', release: 'v2' })
  expect(deployment.receipt!.after!.failures).toBeGreaterThanOrEqual(3)
  expect((await platform.request(slug)).body).toBe('good\n')
  expect(await platform.running(slug)).toEqual(['web'])
})
