import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { startLoad } from './harness/load.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

test('deployments under 1,000 requests a second lose none, and nobody sees a half-started release', async () => {
  const slug = 'busy'
  await platform.deploy(slug, versionOf('healthy', 'v0'))
  const load = startLoad({ port: platform.httpPort, host: `${slug}.localhost`, perSecond: 1000 })

  for (const version of ['v1', 'v2', 'v3']) {
    const { deployment } = await platform.deploy(slug, versionOf('slow-start', version))
    expect(deployment.state).toBe('succeeded')
  }
  const report = await load.stop()

  expect(report.failures).toEqual({})
  expect(Object.keys(report.bodies).sort()).toEqual(['v0\n', 'v1\n', 'v2\n', 'v3\n'])
})

test('a kill of the control plane under load costs no request', async () => {
  const slug = 'headless'
  await platform.deploy(slug, versionOf('healthy', 'v0'))
  const load = startLoad({ port: platform.httpPort, host: `${slug}.localhost`, perSecond: 1000 })

  await platform.kill()
  await platform.startControlPlane()
  const { deployment } = await platform.deploy(slug, versionOf('healthy', 'v1'))
  const report = await load.stop()

  expect(deployment.state).toBe('succeeded')
  expect(report.failures).toEqual({})
})
