import { waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { answers, appFolder, processesOf, serves, TestPlatform } from '../test-platform.ts'

/** Whole deployments, beside whatever else runs on the machine. */
const PATIENT_MS = 60_000
vi.setConfig({ testTimeout: 2 * PATIENT_MS, hookTimeout: 2 * PATIENT_MS })

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

const stop = (slug: string) => calmly(() => platform.api.call('apps.stop', { params: { slug } }))
const start = (slug: string) => calmly(() => platform.api.call('apps.start', { params: { slug } }))

describe('an app that its people stop', () => {
  test('says so instead of waking, and comes back with as many instances as it had', async () => {
    const slug = 'paused'
    await platform.goLive(
      slug,
      appFolder(answers('one'), { Procfile: 'web: node server.js\nworker: sleep 600\n' }),
    )
    await platform.api.call('apps.scale', { params: { slug }, body: { worker: 2 } })

    await expect(start(slug)).rejects.toMatchObject({ code: 'not_in_this_state' })
    expect(await stop(slug)).toMatchObject({ state: 'stopped', scale: { worker: 2 } })

    await expect(stop(slug)).rejects.toMatchObject({ code: 'not_in_this_state' })
    expect(processesOf(slug)).toEqual([])
    const answer = await platform.request(slug)
    expect(answer.status).toBe(503)
    expect(answer.body).toContain('This app is stopped.')
    const shown = await calmly(() => platform.api.call('apps.get', { params: { slug } }))
    expect(shown.state).toBe('stopped')

    expect(await start(slug)).toMatchObject({ state: 'active' })

    await waitFor(async () => (await platform.running(slug)).length === 3, {
      timeoutMs: PATIENT_MS,
      what: 'all instances to run again',
    })
    expect((await platform.request(slug)).body).toBe('one')
    expect((await platform.running(slug)).sort()).toEqual(['web', 'worker', 'worker'])
    expect(await platform.eventTypes(slug)).toEqual(expect.arrayContaining(['app:stopped', 'app:started']))
  })

  test('gives its instances the time that their release asks for, and kills what takes longer', async () => {
    const slug = 'stubborn'
    const deaf = serves("response.end('here')").replace(
      /process\.on\('SIGTERM'.*/,
      "process.on('SIGTERM', () => {})",
    )
    await platform.goLive(slug, appFolder(deaf, { 'seaworthy.json': { deploy: { stopGraceSeconds: 1 } } }))

    await stop(slug)

    expect(processesOf(slug)).toEqual([])
    const sentence = 'web did not end within 1 s of SIGTERM, and was killed.'
    await waitFor(
      async () => {
        const events = await platform.api.call('events.app', { params: { slug } })
        return events.some(({ data }) => (data as { sentence?: string }).sentence === sentence)
      },
      { timeoutMs: PATIENT_MS, what: 'a word of the end' },
    )
  })

  test('takes no deployment, keeps a change of its variables, and starts with it', async () => {
    const slug = 'changed'
    await platform.goLive(slug, appFolder(serves("response.end(process.env.WORD ?? 'none')")))
    await stop(slug)

    const body = { set: { WORD: { value: 'new' } } }
    const changed = await calmly(() => platform.api.call('env.update', { params: { slug }, body }))
    await expect(calmly(() => platform.api.call('apps.restart', { params: { slug } }))).rejects.toMatchObject(
      {
        code: 'not_in_this_state',
        message: expect.stringContaining('changed is stopped. Start it first.'),
      },
    )
    expect(changed.deployment).toBe(null)
    expect(processesOf(slug)).toEqual([])

    await start(slug)

    await waitFor(async () => (await platform.request(slug)).body === 'new', {
      timeoutMs: PATIENT_MS,
      what: 'the new value to be there',
    })
  })
})

/** Asks again where the machine is so busy that the platform takes no request for a while. */
async function calmly<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  let outcome: Promise<Answer> | undefined
  const isAnswered = async () => {
    outcome = ask()
    const code = await outcome.then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
    return code !== 'under_pressure'
  }
  await waitFor(isAnswered, { timeoutMs: PATIENT_MS, what: 'the platform to be less busy' })
  return outcome!
}
