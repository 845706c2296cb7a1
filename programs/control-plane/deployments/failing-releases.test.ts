import { freePort, waitFor } from '@seaworthy/testing'
import { ENDED_STATES } from '@seaworthy/testing/platform-client'
import { beforeAll, describe, expect, test } from 'vitest'
import { answers, appFolder, builtWith, processesOf, serves, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

const SOON = { deploy: { startTimeoutSeconds: 1 } }

interface Broken {
  what: string
  code: string
  says: RegExp
  server?: string
  files?: Record<string, string | object>
}

const broken: Broken[] = [
  {
    what: 'fails to build',
    code: 'build_failed',
    says: /build/i,
    files: builtWith('exit 4'),
  },
  { what: 'exits at once', code: 'instance_exited', says: /exit code 7/, server: 'process.exit(7)' },
  {
    what: 'never listens',
    code: 'instance_never_listened',
    says: /opened no port within 1 s/,
    server: 'setInterval(() => {}, 1000)',
    files: { 'seaworthy.json': SOON },
  },
  {
    what: 'fails its health path',
    code: 'instance_unhealthy',
    says: /GET \/healthz answered 500/,
    server: serves("response.writeHead(request.url === '/healthz' ? 500 : 200).end()"),
    files: { 'seaworthy.json': { ...SOON, health: { path: '/healthz' } } },
  },
  {
    what: 'accepts connections but never answers',
    code: 'instance_unhealthy',
    says: /accepted a connection on port \d+ but did not answer/,
    server: serves('// silence'),
    files: { 'seaworthy.json': { ...SOON, health: { timeoutSeconds: 1 } } },
  },
  {
    what: 'fails in its release process',
    code: 'release_process_failed',
    says: /ended with exit code 5/,
    files: {
      Procfile: 'web: node server.js\nrelease: node -e "console.log(\'half done\'); process.exit(5)"\n',
    },
  },
]

describe.each(broken)('a version that $what', ({ what, code, says, server = answers('bad'), files }) => {
  test('fails with a plain sentence, leaves the old release serving and nothing of itself running', async () => {
    const slug = what.replaceAll(' ', '-')
    await platform.goLive(slug, appFolder(answers('good')))

    const { deployment, lines } = await platform.deploy(slug, appFolder(server, files))

    expect(deployment).toMatchObject({
      state: 'failed',
      error: { code, message: expect.stringMatching(says) },
    })
    expect(deployment.receipt).toMatchObject({ verdict: 'not-switched', previousRelease: 'v1' })
    expect(lines.at(-1)).toBe(deployment.error?.message)
    expect((await platform.request(slug)).body).toBe('good')
    expect(await platform.running(slug)).toEqual(['web'])
    await waitFor(() => processesOf(slug).length === 1, { what: 'only the old process to run' })
    expect(await platform.eventTypes(slug)).toContain('deployment:failed')
  })
})

test('a version on the wrong port is told which port it opened and which it should have', async () => {
  const port = await freePort()
  const server = serves('response.end()').replace('process.env.PORT', String(port))

  const { deployment } = await platform.deploy('wrong-port', appFolder(server, { 'seaworthy.json': SOON }))

  expect(deployment.error?.code).toBe('instance_wrong_port')
  expect(deployment.error?.message).toContain(
    `listens on port ${port}, but it must listen on the port in the PORT`,
  )
  expect(await platform.running('wrong-port')).toEqual([])
  expect((await platform.request('wrong-port')).status).toBe(404)
})

test('what a failed instance wrote last is in the log of the deployment', async () => {
  const server = "process.stderr.write('no database at db:5432\\n'); process.exitCode = 1"

  const { lines } = await platform.deploy('last-words', appFolder(server))

  expect(lines).toContain('no database at db:5432')
})

test('when one of several processes fails to start, the others of the new release are stopped', async () => {
  const slug = 'worker-fails'
  await platform.goLive(slug, appFolder(answers('good')))
  const files = { Procfile: 'web: node server.js\nworker: false\n' }

  const { deployment } = await platform.deploy(slug, appFolder(answers('bad'), files))

  expect(deployment.error).toMatchObject({
    code: 'instance_exited',
    message: expect.stringContaining('"worker"'),
  })
  expect((await platform.request(slug)).body).toBe('good')
  await waitFor(() => processesOf(slug).length === 1, { what: 'only the old process to run' })
})

describe('a release that breaks after the switch', () => {
  test('of the edge itself, which comes back: what serves is what the records say', async () => {
    const slug = 'edge-dies'
    await platform.goLive(slug, appFolder(answers('good')))
    const watched = { 'seaworthy.json': { deploy: { watchSeconds: 1 } } }
    const { number } = await platform.push(slug, appFolder(answers('better'), watched))
    await platform.untilState(slug, number, ['watching'])
    const { edge } = await platform.api.call('status.get')

    process.kill(edge.pid!, 'SIGKILL')

    const { state } = await platform.untilState(slug, number, ENDED_STATES)
    const app = await platform.api.call('apps.get', { params: { slug } })
    expect(app.currentRelease?.version).toBe(state === 'succeeded' ? 2 : 1)
    const body = state === 'succeeded' ? 'better' : 'good'
    await waitFor(async () => (await platform.request(slug)).body === body, { what: `the answer ${body}` })
    await waitFor(() => processesOf(slug).length === 1, { what: 'only one release to run' })
  })

  test('is returned from by itself when real requests fail, and the receipt says so', async () => {
    const slug = 'breaks'
    const watched = { 'seaworthy.json': { deploy: { watchSeconds: 20 } } }
    const failsForUsers = serves(
      "response.writeHead(String(request.headers['user-agent']).startsWith('seaworthy-probe') ? 200 : 500).end('bad')",
    )
    await platform.goLive(slug, appFolder(answers('good')))
    const asking = setInterval(() => platform.request(slug).catch(() => undefined), 20)

    const { deployment } = await platform
      .deploy(slug, appFolder(failsForUsers, watched))
      .finally(() => clearInterval(asking))

    expect(deployment).toMatchObject({ state: 'failed', error: { code: 'deployment_returned' } })
    expect(deployment.error?.message).toMatch(
      /returned to its previous release by itself: \d+ of \d+ requests failed/,
    )
    expect(deployment.receipt).toMatchObject({ verdict: 'returned', release: 'v2', previousRelease: 'v1' })
    expect(deployment.receipt!.after!.failures).toBeGreaterThanOrEqual(3)
    expect((await platform.request(slug)).body).toBe('good')
    expect(await platform.running(slug)).toEqual(['web'])
    const app = await platform.api.call('apps.get', { params: { slug } })
    expect(app.currentRelease?.version).toBe(1)
  })

  test('is returned from when its instances end by themselves', async () => {
    const slug = 'dies-young'
    const watched = { 'seaworthy.json': { deploy: { watchSeconds: 20 } } }
    const dies = serves("response.end('bad')", { before: 'setTimeout(() => process.exit(1), 1500)' })
    await platform.goLive(slug, appFolder(answers('good')))

    const { deployment } = await platform.deploy(slug, appFolder(dies, watched))

    expect(deployment).toMatchObject({ state: 'failed', error: { code: 'deployment_returned' } })
    expect((await platform.request(slug)).body).toBe('good')
    await waitFor(() => processesOf(slug).length === 1, { what: 'only the old process to run' })
  })

  test('is returned from when one of its processes ends, though web answers', async () => {
    await platform.deploy('lame', appFolder(answers('one')))

    const { deployment } = await platform.deploy(
      'lame',
      appFolder(answers('two'), {
        'seaworthy.json': {
          processes: { web: 'node server.js', worker: 'node worker.js' },
          deploy: { watchSeconds: 30 },
        },
        // Longer than a start takes to count as one, much shorter than the watch.
        'worker.js': 'setTimeout(() => process.exit(3), 1500)',
      }),
    )

    expect(deployment.error?.message).toContain('every instance of process "worker" ended by itself')
    expect((await platform.request('lame')).body).toBe('one')
    expect(await platform.running('lame')).toEqual(['web'])
  })

  test('and is the first of its app leaves the app without a release and without a route', async () => {
    const slug = 'stillborn'
    const worksTwice = serves("response.writeHead(++asked > 2 ? 500 : 200).end('bad')", {
      before: 'let asked = 0',
    })
    const files = { 'seaworthy.json': { health: { path: '/' } } }

    const { deployment } = await platform.deploy(slug, appFolder(worksTwice, files))

    expect(deployment).toMatchObject({ state: 'failed', error: { code: 'deployment_unhealthy' } })
    expect(deployment.error?.message).toContain('There is no earlier release to return to')
    const app = await platform.api.call('apps.get', { params: { slug } })
    expect(app.currentRelease).toBe(null)
    expect(await platform.running(slug)).toEqual([])
    expect((await platform.request(slug)).status).toBe(404)
  })
})

describe('the release process', () => {
  const migrating = (seconds = 0) => ({
    Procfile: 'web: node server.js\nrelease: node release.js\n',
    'release.js': `console.log('migrating')\nsetTimeout(() => console.log('migrated'), ${seconds * 1000})`,
  })

  test('runs once before the switch, with its lines in the log', async () => {
    const slug = 'migrates'

    const { deployment, lines, events } = await platform.deploy(slug, appFolder(answers('one'), migrating()))

    expect(deployment.state).toBe('succeeded')
    expect(lines.filter(line => line === 'migrated')).toHaveLength(1)
    const started = events.flatMap(event =>
      event.type === 'step' && event.state === 'started' ? [event.name] : [],
    )
    expect(started.indexOf('release')).toBeLessThan(started.indexOf('start'))
    expect(await platform.running(slug)).toEqual(['web'])
  })

  test('does not run for a restart, a change of env or a rollback', async () => {
    const slug = 'migrated-once'
    await platform.deploy(slug, appFolder(answers('one'), migrating()))

    const queued = await platform.api.call('apps.restart', { params: { slug } })
    const { lines } = await platform.follow(slug, queued)

    expect(lines).not.toContain('migrated')
  })

  test('is neither cut off nor run twice when the platform is stopped meanwhile: the user decides', async () => {
    const slug = 'migrates-slowly'
    const { number } = await platform.push(slug, appFolder(answers('one'), migrating(2)))
    await waitFor(() => said(slug, 'migrating'), { what: 'the release process' })

    await platform.stopControlPlane()
    await platform.startControlPlane()

    const deployment = await platform.untilState(slug, number, ENDED_STATES)
    expect(deployment).toMatchObject({ state: 'failed', error: { code: 'release_process_interrupted' } })
    expect(await said(slug, 'migrated')).toBe(1)
    expect(await said(slug, 'migrating')).toBe(1)
    expect(await platform.running(slug)).toEqual([])
  })
})

/** How many lines of the app's log are this text. */
async function said(slug: string, text: string): Promise<number> {
  return (await platform.api.call('logs.query', { params: { slug }, query: { grep: text } })).length
}
