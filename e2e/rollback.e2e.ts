import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

const SHOWS_COLOUR = {
  'server.js': `import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
const version = readFileSync('version.txt', 'utf8').trim()
createServer((_, response) => response.end(version + ' ' + (process.env.COLOUR ?? 'none'))).listen(process.env.PORT)
`,
}

async function rollback(slug: string, body: { release?: number; env: 'release' | 'current' }) {
  const deployment = await platform.api.call('releases.rollback', { params: { slug }, body })
  return (await platform.follow(slug, deployment)).deployment
}

test('a rollback goes to the release before, with a receipt', async () => {
  await platform.deploy('plain', versionOf('healthy', 'one'))
  await platform.deploy('plain', versionOf('healthy', 'two'))

  const deployment = await rollback('plain', { env: 'release' })

  expect(deployment).toMatchObject({ state: 'succeeded', reason: 'rollback', release: 3 })
  expect((await platform.request('plain')).body).toBe('one\n')
  expect(deployment.receipt).toMatchObject({ verdict: 'kept', release: 'v3', previousRelease: 'v2' })
})

test('a rollback to a named release brings its env, or on request that of today', async () => {
  const slug = 'coloured'
  await platform.deploy(slug, versionOf('healthy', 'one', SHOWS_COLOUR))
  const set = async (value: string) => {
    const { deployment } = await platform.api.call('env.update', {
      params: { slug },
      body: { set: { COLOUR: { value } } },
    })
    await platform.follow(slug, deployment!)
  }
  await set('red')
  await set('blue')
  expect((await platform.request(slug)).body).toBe('one blue')

  await rollback(slug, { release: 2, env: 'release' })
  expect((await platform.request(slug)).body).toBe('one red')

  await rollback(slug, { release: 1, env: 'current' })
  expect((await platform.request(slug)).body).toBe('one blue')
})

test('an app without an earlier release refuses a rollback and says why', async () => {
  await platform.deploy('only-one', versionOf('healthy', 'one'))

  await expect(rollback('only-one', { env: 'release' })).rejects.toMatchObject({
    status: 409,
    code: 'nothing_to_roll_back_to',
  })
  await expect(rollback('only-one', { release: 9, env: 'release' })).rejects.toMatchObject({ status: 404 })
})
