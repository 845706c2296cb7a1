import { httpBackend, waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { answers, appFolder, processesOf, serves, startsIf, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

const WITH_WORKER = { Procfile: 'web: node server.js\nworker: sleep 600\n' }

function scale(slug: string, body: Record<string, number>) {
  return platform.api.call('apps.scale', { params: { slug }, body })
}

async function run(slug: string, argv: string[], signal?: AbortSignal) {
  const lines: string[] = []
  let code: number | null | undefined
  const stream = platform.api.stream('apps.run', { params: { slug }, body: { argv }, signal })
  for await (const event of stream) {
    if (event.type === 'log') lines.push(`${event.stream}: ${event.text}`)
    if (event.type === 'exit') code = event.code
  }
  return { lines, code }
}

describe('scaling', () => {
  test('up starts instances that share the requests, and down stops them again', async () => {
    const slug = 'wide'
    await platform.goLive(slug, appFolder(serves('response.end(String(process.pid))'), WITH_WORKER))

    expect(await scale(slug, { web: 3 })).toEqual({ web: 3, worker: 1 })

    expect((await platform.running(slug)).sort()).toEqual(['web', 'web', 'web', 'worker'])
    const pids = new Set<string>()
    await waitFor(async () => pids.add((await platform.request(slug)).body).size === 3, {
      what: 'an answer of each instance',
    })
    expect(await scale(slug, { web: 1, worker: 0 })).toEqual({ web: 1, worker: 0 })
    expect(await platform.running(slug)).toEqual(['web'])
    expect((await platform.request(slug)).status).toBe(200)
    expect(await platform.eventTypes(slug)).toContain('app:scaled')
  })

  test('outlasts a deployment', async () => {
    const slug = 'stays-wide'
    await platform.goLive(slug, appFolder(answers('one')))
    await scale(slug, { web: 2 })

    await platform.goLive(slug, appFolder(answers('two')))

    expect(await platform.running(slug)).toEqual(['web', 'web'])
    expect((await platform.request(slug)).body).toBe('two')
  })

  test.each([
    ['a process that the release does not have', { mailer: 1 }, 'process_unknown'],
    ['the release process', { release: 1 }, 'process_unknown'],
    ['more than fifty instances', { web: 51 }, 'scale_too_large'],
  ])('refuses %s, and changes nothing', async (what, body, code) => {
    const slug = `refused-${what.length}`
    await platform.goLive(slug, appFolder(answers('one')))

    await expect(scale(slug, body)).rejects.toMatchObject({ status: 422, code })

    expect((await platform.api.call('apps.get', { params: { slug } })).scale).toEqual({})
    expect(await platform.running(slug)).toEqual(['web'])
  })

  test('refuses an app that has no release', async () => {
    await platform.ensureApp('unscalable')

    await expect(scale('unscalable', { web: 2 })).rejects.toMatchObject({ status: 409, code: 'no_release' })
  })
})

describe('a one-off command', () => {
  beforeAll(() => platform.goLive('commanded', appFolder(answers('one'), { 'note.txt': 'in the release' })))

  test('runs with the files and the env of the release, its words kept as they are', async () => {
    const code =
      'console.log(require("fs").readFileSync("note.txt", "utf8"), process.argv[1], process.env.SEAWORTHY_RELEASE)'

    const { lines, code: exitCode } = await run('commanded', ['node', '-e', code, "it's $HOME; a b"])

    expect(lines).toEqual(["stdout: in the release it's $HOME; a b v1"])
    expect(exitCode).toBe(0)
  })

  test('gives back its exit code and what it wrote to stderr', async () => {
    const code = 'console.error("no"); process.exitCode = 7'

    expect(await run('commanded', ['node', '-e', code])).toEqual({ lines: ['stderr: no'], code: 7 })
  })

  test('gives back every line of a long output in order', async () => {
    const { lines } = await run('commanded', ['node', '-e', 'for (let i = 0; i < 3000; i++) console.log(i)'])

    expect(lines).toEqual(Array.from({ length: 3000 }, (_, number) => `stdout: ${number}`))
  })

  test('ends when nobody listens any more', async () => {
    const leaving = new AbortController()
    const running = run('commanded', ['sleep', '600'], leaving.signal).catch(() => undefined)
    await waitFor(async () => (await platform.running('commanded')).includes('run'), { what: 'the command' })

    leaving.abort()
    await running

    await waitFor(async () => !(await platform.running('commanded')).includes('run'), { what: 'its end' })
    await waitFor(() => processesOf('commanded').length === 1, { what: 'its process to be gone' })
    expect((await platform.request('commanded')).status).toBe(200)
  })

  test('of an app without a release is refused before anything starts', async () => {
    await platform.ensureApp('bare')

    await expect(run('bare', ['true'])).rejects.toMatchObject({ status: 409, code: 'no_release' })
  })
})

describe('an instance that crashes', () => {
  test('is started again, and an event tells of it', async () => {
    const slug = 'fragile'
    await platform.goLive(
      slug,
      appFolder(serves("if (request.url === '/crash') process.exit(3)\n  response.end('alive')")),
    )
    const [before] = processesOf(slug)

    await platform.request(slug, '/crash').catch(() => undefined)

    await waitFor(async () => (await platform.request(slug)).body === 'alive', {
      what: 'the app to answer again',
    })
    expect(processesOf(slug)).not.toContain(before)
    const crashed = await platform.lastEvent(slug, 'instance:crashed')
    expect(crashed?.data).toMatchObject({ process: 'web', exit: { code: 3 } })
  })

  test('at each start is stopped at last: requests are refused at once, and a restart tries again', async () => {
    const slug = 'looping'
    let mayStart = true
    let held: Promise<void> | undefined
    const gate = await httpBackend(async (_, response) => {
      await held
      response.writeHead(mayStart ? 200 : 500).end()
    })
    await platform.goLive(slug, appFolder(startsIf(gate, 'up')))

    mayStart = false
    for (const pid of processesOf(slug)) kill(pid)
    await waitFor(() => platform.lastEvent(slug, 'app:crash-looping'), { what: 'the loop to be ended' })

    expect((await platform.lastEvent(slug, 'app:crash-looping'))?.data).toMatchObject({
      reason: expect.stringMatching(/exit code 8.*crashed 10 times in 10 minutes/),
    })
    await waitFor(async () => (await platform.request(slug)).status === 503, {
      what: 'requests to be refused',
    })
    const starts = gate.requests.length
    expect(await platform.running(slug)).toEqual([])

    mayStart = true
    const { promise, resolve: letStart } = Promise.withResolvers<void>()
    held = promise
    const queued = await platform.api.call('apps.restart', { params: { slug } })
    await waitFor(() => gate.requests.length > starts, { what: 'the restart to try a start' })
    // The table is published anew for another app. The restart is not done: a request must not start a second try.
    await platform.goLive('bystander', appFolder(answers('one')))
    expect((await platform.request(slug)).status).toBe(503)
    letStart()
    expect((await platform.follow(slug, queued)).deployment.state).toBe('succeeded')
    expect((await platform.request(slug)).body).toBe('up')
    expect(gate.requests.length).toBe(starts + 1)
  })

  test('together with many others counts as one crash: all of them come back', async () => {
    const slug = 'mass-crash'
    await platform.goLive(slug, appFolder(answers('one'), WITH_WORKER))
    await scale(slug, { worker: 14 })
    const before = processesOf(slug)

    for (const pid of before) kill(pid)

    await waitFor(
      async () =>
        (await platform.running(slug)).length === 15 && !processesOf(slug).some(pid => before.includes(pid)),
      {
        what: 'all instances to run again',
      },
    )
    expect(await platform.eventTypes(slug)).not.toContain('app:crash-looping')
  })
})

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ended meanwhile
  }
}
