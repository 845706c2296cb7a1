/** Apps and builds that do their worst, beside a neighbour that must not notice. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { fixture } from '../harness/apps.ts'
import { homeOf, removeImages } from '../harness/docker.ts'
import { startLoad } from '../harness/load.ts'
import { Platform } from '../harness/platform.ts'
import { hostileApp as copyHostileApp } from './hostile-app.ts'
import { countProcesses, processOf, tracesOf, userOf, userRunning } from './traces.ts'

const LIMITS = { memoryMb: 192, cpus: 0.6, processes: 80, openFiles: 1024, diskMb: 64 }
const NEIGHBOUR = 'neighbour'
const isPowerMissing = await systemPart.missing('linux', 'root', 'unshare', 'cgroups')
const isDockerMissing = isPowerMissing || (await systemPart.missing('docker'))

describe.skipIf(isPowerMissing)('on the process driver', () => suite('process'))
describe.skipIf(isDockerMissing)('on the Docker driver', () => suite('docker'))

function hostileApp(manifest: Parameters<typeof copyHostileApp>[0]): string {
  const folder = copyHostileApp(manifest)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function suite(runtime: 'process' | 'docker') {
  let platform: Platform
  let load: ReturnType<typeof startLoad>
  let neighbourPort: number
  let neighbourPid: number

  beforeAll(async () => {
    platform = await Platform.start({ SEAWORTHY_RUNTIME: runtime })
    const { deployment } = await platform.deploy(NEIGHBOUR, fixture('healthy'))
    expect(deployment.state, deployment.error?.message).toBe('succeeded')
    const [instance] = await instancesOf(NEIGHBOUR)
    neighbourPort = instance!.port!
    neighbourPid = await waitFor(() => processOf(NEIGHBOUR), { what: 'the pid of the neighbour' })
    load = startLoad({ port: platform.httpPort, host: `${NEIGHBOUR}.localhost`, perSecond: 10 })
  })

  afterAll(async () => {
    const home = platform && runtime === 'docker' ? homeOf(platform) : undefined
    await platform?.destroy()
    if (home) removeImages(home)
  })

  const instancesOf = (slug: string) => platform.api.call('instances.list', { params: { slug } })

  /** Brings a hostile app to life and lets it do its deed. Resolves once it is at it. */
  async function begin(deed: string, targets: unknown[] = []) {
    const slug = `does-${deed}`
    const { deployment } = await platform.deploy(slug, hostileApp({ resources: LIMITS }))
    expect(deployment.state, deployment.error?.message).toBe('succeeded')
    const user = await waitFor(() => userOf(slug), { what: `the user of ${slug}` })
    await platform.request(slug, `/do/${deed}?targets=${encodeURIComponent(JSON.stringify(targets))}`)
    await said(slug, `DOING ${deed}`)
    return { slug, user }
  }

  /** The lines with this in them, also where a flood came after. */
  async function linesWith(slug: string, grep: string): Promise<string[]> {
    const lines = await platform.api.call('logs.query', { params: { slug }, query: { grep } })
    return lines.map(line => line.text)
  }

  /** A deed says GOT when it had what it must not have. */
  async function expectNothingGot(slug: string): Promise<void> {
    expect((await linesWith(slug, 'GOT')).filter(line => line.startsWith('GOT'))).toEqual([])
  }

  function said(slug: string, text: string): Promise<string> {
    return waitFor(async () => (await linesWith(slug, text))[0], {
      what: `${slug} to say ${text}`,
      timeoutMs: 60_000,
    })
  }

  /** What the platform says about it, once it does. */
  function told(slug: string, pattern: RegExp): Promise<string> {
    return waitFor(
      async () => {
        const events = await platform.api.call('events.app', { params: { slug } })
        return events
          .map(({ data }) => (data as { sentence?: string }).sentence ?? '')
          .find(sentence => pattern.test(sentence))
      },
      { what: `a sentence about ${slug} such as ${pattern}`, timeoutMs: 60_000 },
    )
  }

  /** Stops the app for good, and waits until nothing of it is left. */
  async function expectNothingLeft({ slug, user }: { slug: string; user: number }) {
    const instances = (await instancesOf(slug)).map(({ id }) => id)
    await platform.api.call('apps.delete', { params: { slug }, body: { confirm: slug } })
    await waitFor(() => tracesOf({ user, instances, home: platform.home }).length === 0, {
      what: `${slug} to be gone`,
      timeoutMs: 15_000,
    }).catch(() => {})
    expect(tracesOf({ user, instances, home: platform.home })).toEqual([])
  }

  async function expectNeighbourWell() {
    expect(await platform.request(NEIGHBOUR)).toMatchObject({ status: 200 })
  }

  if (runtime === 'process')
    test.each([
      ['fork-bomb', /wants more than its 80 processes and threads/],
      ['memory-hog', /was killed at 192 MB/],
      ['disk-filler', /temporary files took \d+ MB, and it may have 64 MB/],
      ['fd-leaker', /has \d+ files open and may have 1024/],
    ])('%s hurts nobody, is told of, and is gone after a stop', async (deed, sentence) => {
      const app = await begin(deed)

      await told(app.slug, sentence)

      await expectNeighbourWell()
      await expectNothingGot(app.slug)
      await expectNothingLeft(app)
    })
  else
    test.each(['fork-bomb', 'memory-hog'])('%s hurts nobody, and is gone after a stop', async deed => {
      const app = await begin(deed)

      await expectNeighbourWell()
      await expectNothingLeft(app)
    })

  test('a spinner, a flood, daemons, zombies and what ignores SIGTERM hurt nobody, and are gone after a stop', async () => {
    // Fewer on the slower driver: what differs is how a container ends.
    const more = runtime === 'process' ? ['zombie-maker', 'log-flooder'] : []
    const deeds = ['daemoniser', 'sigterm-ignorer', ...more, 'cpu-spinner']
    const apps = []
    for (const deed of deeds) apps.push(await begin(deed))

    await expectNeighbourWell()

    await Promise.all(apps.map(expectNothingLeft))
    await expectNeighbourWell()
  })

  test('no app reads what is not its own', async () => {
    const { home } = platform
    const [instance] = await instancesOf(NEIGHBOUR)
    const targets = [
      ...[home, join(home, 'database', 'seaworthy.sqlite'), join(home, 'run', 'control-plane.sock')],
      ...['secrets', 'artifacts', 'sources', 'spool', 'logs', 'run', 'volumes'].map(name => join(home, name)),
      ...[join(home, 'spool', `${instance!.id}.out`), join(home, 'control-plane.log')],
      ...['/var/run/docker.sock', '/etc/shadow', '/root', '/proc/kcore', '/dev/mem', '/dev/vda'],
      ...[
        `/proc/${neighbourPid}/environ`,
        `/proc/${neighbourPid}/cwd`,
        `/proc/${platform.controlPlanePid}/environ`,
      ],
    ]
    const app = await begin('reader', targets)

    await said(app.slug, 'DONE')

    await expectNothingGot(app.slug)
    await expectNothingLeft(app)
  })

  test('no app takes the port, the clock or the life of others', async () => {
    const ports = runtime === 'process' ? [neighbourPort, platform.port, platform.httpPort] : []
    const taker = await begin('port-taker', ports)
    const abuser = await begin(
      'abuser',
      [1, neighbourPid, platform.controlPlanePid].slice(runtime === 'docker' ? 1 : 0),
    )

    await said(taker.slug, 'DONE')
    await said(abuser.slug, 'DONE')

    for (const { slug } of [taker, abuser]) await expectNothingGot(slug)
    if (runtime === 'process')
      await told(abuser.slug, /^web was ended by SIGKILL, and not by the platform\.$/)
    await expectNeighbourWell()
    await expectNothingLeft(taker)
    await expectNothingLeft(abuser)
  })

  if (runtime === 'process')
    test('a build that does it all hurts nobody, and is gone once it is cancelled', async () => {
      const slug = 'hostile-build'
      await platform.ensureApp(slug)
      const { number } = await platform.push(
        slug,
        hostileApp({ build: { command: 'node deeds/everything.js' } }),
      )
      const user = await waitFor(() => userRunning('deeds/everything.js'), { what: 'the user of the build' })
      await waitFor(() => countProcesses(user) > 20, { what: 'the build at its worst', timeoutMs: 60_000 })

      await expectNeighbourWell()
      await platform.api.call('deployments.cancel', { params: { slug, number } })

      await platform.untilState(slug, number, ['cancelled'])
      await waitFor(() => tracesOf({ user, instances: [], home: platform.home }).length === 0, {
        what: 'the build to be gone',
        timeoutMs: 30_000,
      })
    })

  test('the neighbour answered every request', async () => {
    const report = await load.stop()

    expect(report.failures).toEqual({})
    expect(report.answered).toBe(report.sent)
    expect(report.answered).toBeGreaterThan(50)
  })
}
