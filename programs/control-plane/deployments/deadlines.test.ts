import { waitFor } from '@seaworthy/testing'
import { beforeAll, expect, test } from 'vitest'
import { answers, appFolder, builtWith, processesOf, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

/** Builds and release processes of this platform may take 3 seconds. */
beforeAll(async () => {
  platform = await TestPlatform.start({
    SEAWORTHY_BUILD_DEADLINE_MINUTES: '0.05',
    SEAWORTHY_BUILD_CONCURRENCY: '1',
  })
})

test('a build that takes longer than it may is ended, and the old release serves on', async () => {
  const slug = 'slow-build'
  await platform.goLive(slug, appFolder(answers('good')))

  const { deployment } = await platform.deploy(slug, appFolder(answers('bad'), builtWith('sleep 600')))

  expect(deployment).toMatchObject({ state: 'failed', release: null })
  expect(deployment.error?.message).toMatch(/stopped after 3 seconds, during the step "build"/)
  const [build] = await platform.api.call('builds.list', { params: { slug }, query: { order: 'desc' } })
  expect(build?.state).toBe('failed')
  expect((await platform.request(slug)).body).toBe('good')
})

test('a release process that takes longer than it may is ended, and the old release serves on', async () => {
  const slug = 'slow-migration'
  await platform.goLive(slug, appFolder(answers('good')))

  const { deployment } = await platform.deploy(
    slug,
    appFolder(answers('bad'), { Procfile: 'web: node server.js\nrelease: sleep 600\n' }),
  )

  expect(deployment).toMatchObject({ state: 'failed', error: { code: 'release_process_timeout' } })
  expect((await platform.request(slug)).body).toBe('good')
  expect(await platform.running(slug)).toEqual(['web'])
  await waitFor(() => processesOf(slug).length === 1, { what: 'only the old process to run' })
})

test('builds beyond the allowed number wait for a place, and say for what', async () => {
  const first = await platform.push('busy', appFolder(answers('one'), builtWith('sleep 600')))
  await waitFor(
    async () =>
      (await platform.api.call('builds.get', { params: { slug: 'busy', number: 1 } })).state === 'running',
    { what: 'the first build to run' },
  )

  const second = await platform.push('patient', appFolder(answers('two')))
  const params = { slug: 'patient', number: second.number }
  const waitingFor = await waitFor(
    async () => (await platform.api.call('deployments.get', { params })).waitingFor,
    { what: 'the reason of the wait' },
  )
  await platform.api.call('deployments.cancel', { params: { slug: 'busy', number: first.number } })
  const { deployment, lines } = await platform.follow('patient', second)

  expect(waitingFor).toBe("a build runs already, the most at once here; starts when busy's build ends")
  expect(lines).toContain(`waiting: ${waitingFor}`)
  expect(deployment).toMatchObject({ state: 'succeeded', waitingFor: null })
})
