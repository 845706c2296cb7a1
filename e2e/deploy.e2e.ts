import { systemPart } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { example, fixture } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

/** Deploys an example and returns what its front page answers. */
async function frontPageOf(name: string, path = '/'): Promise<string> {
  const { deployment, lines } = await platform.deploy(`app-${name}`, example(name))
  expect(deployment.error, lines.slice(-20).join('\n')).toBeNull()
  const answer = await platform.request(`app-${name}`, path)
  expect(answer.status).toBe(200)
  return answer.body
}

test('a plain http server without dependencies goes live', async () => {
  expect(await frontPageOf('hello')).toContain('Hello from app-hello v1')
})

test('an Express app with a lockfile goes live, and its second build takes the dependencies from the cache', async () => {
  expect(await frontPageOf('express')).not.toBe('')

  const { events } = await platform.deploy('app-express', example('express'))

  expect(events).toContainEqual(expect.objectContaining({ type: 'step', name: 'install', state: 'cached' }))
})

test('a Vite and React single-page app is served by the edge, deep links included', async () => {
  expect(await frontPageOf('spa')).toContain('<div id="root">')
  expect((await platform.request('app-spa', '/some/deep/link')).status).toBe(200)
  expect(await platform.running('app-spa')).toEqual([])
})

test('a folder with only index.html is served', async () => {
  expect((await frontPageOf('site')).toLowerCase()).toContain('<!doctype html>')
})

test('a Next.js app is built and served', async () => {
  expect(await frontPageOf('next')).toContain('<html')
})

test.skipIf(await systemPart.missing('python3'))('a Python app goes live', async () => {
  expect(await frontPageOf('python')).not.toBe('')
})

test('an app with web, worker and release processes runs the release process once and keeps the others', async () => {
  const { deployment, events } = await platform.deploy('app-procfile', example('procfile'))

  expect(deployment.state).toBe('succeeded')
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'step', name: 'release', state: 'succeeded' }),
  )
  expect((await platform.running('app-procfile')).sort()).toEqual(['web', 'worker'])
})

test('an app that is slow to start is waited for', async () => {
  const { deployment } = await platform.deploy('app-slow', fixture('slow-start'))

  expect(deployment.state).toBe('succeeded')
  expect((await platform.request('app-slow')).status).toBe(200)
})

test('the receipt of a first deployment has its probes and timings', async () => {
  const { deployment } = await platform.deploy('app-receipt', example('hello'))

  expect(deployment.receipt).toMatchObject({ verdict: 'kept', release: 'v1', previousRelease: null })
  expect(deployment.receipt!.probes!.sent).toBeGreaterThan(0)
  expect(deployment.receipt!.timings.start).toBeGreaterThan(0)
})
