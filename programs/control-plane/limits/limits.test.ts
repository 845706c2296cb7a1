/** What happens to instances that take too much, or answer no more, on a real platform. */
import { systemPart, waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { answers, appFolder, serves, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start({ SEAWORTHY_FIGURES_LOOK_SECONDS: '0.5' })
})

const isCgroupMissing = await systemPart.missing('linux', 'root', 'cgroups')

const manifest = (settings: object) => ({ 'seaworthy.json': settings })
const ends = (slug: string) => platform.api.call('instances.ends', { params: { slug }, query: {} })
const limits = (slug: string) => platform.api.call('limits.get', { params: { slug } })

/** Resolves with the event once it is there. */
function eventOf(slug: string, type: string) {
  return waitFor(() => platform.lastEvent(slug, type), { what: `${type} of ${slug}`, timeoutMs: 25_000 })
}

describe.skipIf(isCgroupMissing)('an instance that wants more memory than it may have', () => {
  test('is told apart from a crash, with its last lines and what to try, and comes back', async () => {
    const slug = 'hungry'
    const handler = `if (request.url !== '/eat') return response.end('ok')
      console.log('eating now')
      const eaten = []
      setInterval(() => eaten.push(Buffer.alloc(16 * 1024 * 1024, 1)), 1)`
    const resources = { perProcess: { web: { memoryMb: 128 } } }
    await platform.goLive(slug, appFolder(serves(handler), manifest({ resources })))

    await platform.request(slug, '/eat').catch(() => undefined)

    const event = await eventOf(slug, 'instance:crashed')
    expect(event.data).toMatchObject({
      reason: 'out-of-memory',
      sentence: expect.stringMatching(/^web was killed at 128 MB, once today; .*try 192\.$/),
    })
    const [end] = await ends(slug)
    expect(end).toMatchObject({ process: 'web', reason: 'out-of-memory' })
    expect(end?.lines.map(line => line.text)).toContain('eating now')
    const { processes } = await limits(slug)
    expect(processes[0]?.memory).toMatchObject({ killsToday: 1, tryMb: 192 })
    const { entries } = await platform.api.call('timeline.get', { params: { slug }, query: {} })
    expect(entries.map(({ kind }) => kind)).toContain('out-of-memory')
    await waitFor(async () => (await platform.request(slug)).status === 200, { what: 'the next instance' })
  })
})

test('an instance whose health check fails is replaced, and no request notices', async () => {
  const slug = 'dull'
  const handler = `if (request.url === '/break') globalThis.isBroken = true
    response.statusCode = request.url === '/up' && globalThis.isBroken ? 503 : 200
    response.end(String(process.pid))`
  const health = { path: '/up', intervalSeconds: 1, timeoutSeconds: 1, failuresUntilReplaced: 2 }
  await platform.goLive(slug, appFolder(serves(handler), manifest({ health })))
  const before = (await platform.request(slug, '/break')).body
  const statuses = new Set<number>()

  await waitFor(
    async () => {
      const { status, body } = await platform.request(slug)
      statuses.add(status)
      return body !== before
    },
    { what: 'an answer of a fresh instance', timeoutMs: 25_000 },
  )

  expect([...statuses]).toEqual([200])
  const { data } = await eventOf(slug, 'instance:replaced')
  expect(data).toMatchObject({
    reason: 'liveness',
    sentence: expect.stringMatching(/^web was replaced: its health check failed \d+ times in a row \(/),
  })
})

test('an instance that fills the disk is stopped with the reason, and the next one begins empty', async () => {
  const slug = 'filler'
  const handler = `if (request.url === '/fill')
        writeFileSync(tmpdir() + '/file', Buffer.alloc(12 * 1024 * 1024, 1))
      response.end('ok')`
  const before = "import { writeFileSync } from 'node:fs'\nimport { tmpdir } from 'node:os'"
  const folder = appFolder(serves(handler, { before }), manifest({ resources: { diskMb: 10 } }))
  await platform.goLive(slug, folder)

  await platform.request(slug, '/fill')

  const { data } = await eventOf(slug, 'instance:crashed')
  expect(data).toMatchObject({ reason: 'disk', sentence: expect.stringContaining('it may have 10 MB') })
  await waitFor(async () => (await platform.request(slug)).status === 200, { what: 'the next instance' })
  const { processes } = await limits(slug)
  expect(processes[0]?.limits).toContainEqual(expect.objectContaining({ name: 'diskMb', limit: 10, used: 0 }))
})

test('an instance at the memory of its settings is replaced by a fresh one', async () => {
  const slug = 'leaky'
  const handler = `globalThis.leak ??= []
    if (request.url === '/leak') leak.push(Buffer.alloc(200 * 1024 * 1024, 1))
    response.end(String(process.pid))`
  const resources = { memoryMb: 512, recycle: { memoryMb: 180 } }
  await platform.goLive(slug, appFolder(serves(handler), manifest({ resources })))
  const before = (await platform.request(slug, '/leak')).body

  const { data } = await eventOf(slug, 'instance:replaced')

  expect(data).toMatchObject({ reason: 'recycle-memory', process: 'web' })
  expect((await platform.request(slug)).body).not.toBe(before)
})

describe('limits of an app', () => {
  test('are shown with what is used and who said so, and set at once with fresh instances', async () => {
    const slug = 'modest'
    await platform.goLive(slug, appFolder(answers('one'), manifest({ resources: { cpus: 1 } })))
    const body = { memoryMb: 300, recycle: { afterHours: 5 } }

    const shown = await limits(slug)
    const set = await platform.api.call('limits.replace', { params: { slug }, body })
    await platform.untilState(slug, set.deployment!, ['succeeded'])

    const facts = shown.processes[0]!.limits.map(({ name, limit, from }) => [name, [limit, from]])
    expect(Object.fromEntries(facts)).toMatchObject({ memoryMb: [512, 'platform'], cpus: [1, 'release'] })
    const after = (await limits(slug)).processes[0]!
    expect(after.limits[0]).toMatchObject({ name: 'memoryMb', limit: 300, from: 'app' })
    expect(after.limits[0]!.used).toBeGreaterThan(5)
    expect(after.recycle).toEqual({ memoryMb: null, afterHours: 5 })
    expect((await platform.request(slug)).body).toBe('one')
  })

  test.each([
    ['zero', { memoryMb: 0 }, 'memoryMb'],
    ['negative', { perProcess: { web: { processes: -2 } } }, 'perProcess.web.processes'],
    ['above the machine', { memoryMb: 1_048_576 }, 'memoryMb'],
    ['more CPUs than there are', { cpus: 250 }, 'cpus'],
  ])('that are %s are refused by the field, and change nothing', async (what, body, path) => {
    const slug = `never-${what.replaceAll(' ', '-').toLowerCase()}`
    await platform.ensureApp(slug)

    const refused = platform.api.call('limits.replace', { params: { slug }, body })

    await expect(refused).rejects.toMatchObject({
      problem: { errors: [expect.objectContaining({ path })] },
    })
    expect((await limits(slug)).own).toEqual({})
  })

  test('of a process that its release does not have are refused by name', async () => {
    const slug = 'misspelt'
    const worker = { Procfile: 'web: node server.js\nworker: sleep 600\n' }
    await platform.goLive(slug, appFolder(answers('one'), worker))
    const replace = (process: string) =>
      platform.api.call('limits.replace', {
        params: { slug },
        body: { perProcess: { [process]: { cpus: 1 } } },
      })

    await expect(replace('wroker')).rejects.toMatchObject({
      code: 'limits_of_no_process',
      message: 'misspelt has no process "wroker" that could be limited. It has web, worker.',
    })

    expect((await limits(slug)).own).toEqual({})
    expect((await replace('worker')).own).toEqual({ perProcess: { worker: { cpus: 1 } } })
  })

  test('above the machine are refused in a manifest before anything is built', async () => {
    const folder = appFolder(answers('one'), manifest({ resources: { memoryMb: 1_000_000 } }))

    const { deployment } = await platform.deploy('greedy', folder)

    expect(deployment.state).toBe('failed')
    expect(deployment.error?.message).toMatch(/this server has \d+ MB/)
  })
})
