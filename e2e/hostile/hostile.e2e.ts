/** Apps and builds that do their worst, beside a neighbour that must not notice. */

import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importBusybox } from '../harness/busybox-image.ts'
import { docker } from '../harness/docker.ts'
import { type HostileBuild, hostileDockerfile, hostileHostBuild } from './hostile-app.ts'
import { WatchedBuild } from './hostile-builds.ts'
import { type Driver, HostileStage } from './hostile-stage.ts'
import { tracesOfBuilds } from './traces.ts'

const isPowerMissing = await systemPart.missing('linux', 'root', 'unshare', 'cgroups')
const isDockerMissing = isPowerMissing || (await systemPart.missing('docker', 'busybox'))

describe.skipIf(isPowerMissing)('on the process driver', () => suite('process'))
describe.skipIf(isDockerMissing)('on the Docker driver', () => suite('docker'))

function suite(driver: Driver) {
  const base = `seaworthy-hostile-${randomBytes(4).toString('hex')}:1`
  let stage: HostileStage

  beforeAll(async () => {
    if (driver === 'docker') importBusybox(base)
    stage = await HostileStage.open(driver)
  }, 120_000)

  afterAll(async () => {
    await stage?.close()
    if (driver === 'docker') docker('rmi', '--force', base)
  })

  test('what takes all that it can get hurts nobody, is told of, and is gone after a stop', async () => {
    // Longer where each line goes through the engine, which a busy machine slows down.
    const floodMs = driver === 'docker' ? 60_000 : 8_000
    const deeds: [string, RegExp, { resources?: object; targets?: unknown[] }?][] = [
      // Little, so that it is more than that which a busy machine leaves it.
      ['cpu-spinner', /wants more than its 0.1 CPUs/, { resources: { cpus: 0.1 } }],
      ['fork-bomb', /wants more than its 80 processes and threads/],
      [
        'zombie-maker',
        /has \d+ processes that ended and that it never collected \(wait\(2\)\); with 80 processes/,
      ],
      ['memory-hog', /was killed at 192 MB/],
      // With Docker its files are in memory too, and are not to be what ends it.
      [
        'disk-filler',
        /temporary files (took|of) \d+ MB,? and (it )?may have 64 MB/,
        { resources: { memoryMb: 512 } },
      ],
      ['fd-leaker', /has \d+ files open and may have 1024/],
      ['log-flooder', /prints \d+ MB a second/, { targets: [floodMs] }],
    ]

    const apps = await Promise.all(deeds.map(([deed, , options]) => stage.begin(deed, options)))

    await Promise.all(deeds.map(([, sentence], index) => stage.told(apps[index]!.slug, sentence)))
    await stage.expectNeighbourWell()
    for (const app of apps) await stage.expectNothingGot(app)
    await Promise.all(apps.map(app => stage.expectNothingLeft(app)))
  })

  test('what does not want to go is gone after a stop, and that it had to be killed is told', async () => {
    const apps = await Promise.all(['daemoniser', 'sigterm-ignorer'].map(deed => stage.begin(deed)))

    await Promise.all(apps.map(app => stage.expectNothingLeft(app)))

    const killed = /^\d+ processes of web did not end within 1 s of SIGTERM, and were killed\.$/
    // A container ends with its first process, whatever else runs in it.
    const orphaned = /^\d+ processes that web had left without a parent were killed when web ended/
    await stage.told('does-sigterm-ignorer', killed)
    await stage.told('does-daemoniser', driver === 'process' ? killed : orphaned)
    await stage.expectNeighbourWell()
  })

  test('no app reads what is not its own', async () => {
    const app = await stage.begin('reader', {
      targets: [...targets(stage), '/etc/shadow', '/root', '/proc/kcore', '/dev/mem', '/dev/vda'],
    })

    await stage.said(app.slug, 'DONE')

    await stage.expectNothingGot(app)
    await stage.expectNothingLeft(app)
  })

  test('no app takes the port, the clock or the life of others, and who ends itself is told of', async () => {
    const { platform, neighbour } = stage
    // In Docker an app has a network and processes of its own: there is nothing of others to be named.
    const ports = driver === 'process' ? [neighbour.port, platform.port, platform.httpPort] : []
    const pids = [neighbour.pid, platform.controlPlanePid, ...(driver === 'process' ? [1] : [])]
    const taker = await stage.begin('port-taker', { targets: ports })
    const abuser = await stage.begin('abuser', { targets: pids })

    for (const { slug } of [taker, abuser]) await stage.said(slug, 'DONE')

    for (const app of [taker, abuser]) await stage.expectNothingGot(app)
    await stage.told(abuser.slug, /^web was ended by SIGKILL, and not by the platform\.$/)
    await stage.expectNeighbourWell()
    await Promise.all([taker, abuser].map(app => stage.expectNothingLeft(app)))
  })

  test('a build that does any of it hurts nobody, says what happened, and leaves nothing', async () => {
    const deeds: [HostileBuild, RegExp][] = [
      [{ deed: 'fork-bomb', memoryMb: 1024 }, /2048 processes and threads/],
      [{ deed: 'memory-hog' }, /memory of 256 MB/],
      [{ deed: 'tree-filler' }, /wrote more than 64 MB/],
      [{ deed: 'fd-leaker' }, /16384/],
      [{ deed: 'log-flooder' }, /printed more than 16 MB/],
      [{ deed: 'abuser' }, /was ended by SIGKILL|ended with exit code 7/],
      [{ deed: 'lingerers', targets: targets(stage) }, /^DONE$/],
      // What a step of a Dockerfile leaves ends with its container, unseen.
      ...(driver === 'process' ? [LEAVER] : THROUGH_BUILDKIT),
    ]
    const folderOf = (build: HostileBuild) =>
      driver === 'docker' ? hostileDockerfile(base, build) : hostileHostBuild(build)

    const builds = await Promise.all(deeds.map(([build]) => WatchedBuild.begin(stage, folderOf, build)))

    await Promise.all(deeds.map(([, sentence], index) => builds[index]!.told(sentence)))
    await stage.expectNeighbourWell()
    for (const build of builds) build.expectNothingGot()
    await Promise.all(builds.map(build => build.end()))
    const lingerers = builds.find(({ slug }) => slug === 'builds-lingerers')!
    await lingerers.told(
      /^\d+ processes of the build were still running when it was stopped; they were killed/,
    )
    await lingerers.told(/^The build waited \d+ s for CPU time/)
    const left = () => tracesOfBuilds({ home: stage.platform.home, dockerHome: stage.dockerHome })
    await waitFor(() => left().length === 0, { timeoutMs: 15_000 }).catch(() => {})
    expect(left()).toEqual([])
  })

  test('the neighbour answered every request', async () => {
    const report = await stage.load.stop()

    const said = stage.platform.log().split('\n')
    const ofEdge = said.filter(line => /"the edge|"edge/.test(line)).slice(-10)
    expect(report.failures, `what the platform said of the edge: ${ofEdge.join(' ')}`).toEqual({})
    expect(report.answered).toBe(report.sent)
    expect(report.answered).toBeGreaterThan(50)
  })
}

const LEAVER: [HostileBuild, RegExp] = [
  { deed: 'leaver' },
  /^\d+ processes that the build had started were still running when it ended; they were ended\.$/,
]

const THROUGH_BUILDKIT: [HostileBuild, RegExp][] = [
  [{ deed: 'fork-bomb', memoryMb: 1024, throughBuildKit: true }, /2048 processes and threads/],
  [{ deed: 'memory-hog', throughBuildKit: true }, /memory of 256 MB/],
  [{ deed: 'lingerers', throughBuildKit: true }, /^DONE$/],
]

/** Paths of the platform and of the neighbour that nobody else may see: all of the home, its database and keys with it. */
function targets({ platform, neighbour }: HostileStage): string[] {
  const { home, controlPlanePid } = platform
  return [
    home,
    ...readdirSync(home, { withFileTypes: true }).flatMap(entry => {
      const path = join(home, entry.name)
      return entry.isDirectory() ? [path, ...readdirSync(path).map(name => join(path, name))] : path
    }),
    ...[join(home, 'run', 'control-plane.sock'), join(home, 'spool', `${neighbour.instance}.out`)],
    ...['/var/run/docker.sock', `/proc/${neighbour.pid}/environ`, `/proc/${neighbour.pid}/cwd`],
    `/proc/${controlPlanePid}/environ`,
  ]
}
