import { dirname } from 'node:path'
import { connectDocker } from '@seaworthy/docker'
import { silentLogger as log } from '@seaworthy/kit'
import { pathsInside, userIdOf } from '@seaworthy/sandbox'
import { type OwnDockerEngine, ownDockerEngine, systemPart } from '@seaworthy/testing'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { openStage, type RuntimeFactory } from '../conformance-stage.ts'
import { createDockerRuntime } from './docker-runtime.ts'
import { createLateDockerRuntime } from './late-docker-runtime.ts'

const lacksDocker = await systemPart.missing('linux', 'root', 'docker', 'iproute2')
const toolchainsDirectory = dirname(process.execPath)
const home = 'restarted'

function factoryOf({ host }: OwnDockerEngine): RuntimeFactory {
  const connect = () => connectDocker({ home, host, log })
  const open = async () =>
    createDockerRuntime({
      engine: await connect(),
      log,
      toolchainsDirectory,
      subnetPool: '10.214.0.0/24',
      pathsInside: directory => pathsInside({ mounts: true }, { directory, toolchainsDirectory }),
      userIdOf,
    })
  return {
    open: async () => createLateDockerRuntime({ open, wasUsed: () => true, log, retryMs: 50 }),
    path: `${pathsInside({ mounts: true }, { directory: '', toolchainsDirectory }).toolchains}:/usr/bin:/bin`,
    platform: { command: '', args: [] },
    can: {
      limitMemory: true,
      separateUsers: true,
      tellEveryEnd: true,
      separateNetworks: true,
      mountVolumes: true,
    },
    hostPid: () => 0,
  }
}

// Engines start and stop here, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const SIGNALS = ['SIGTERM', 'SIGKILL'] as const

describe.skipIf(lacksDocker)(
  'an engine that leaves instances alone when it is restarted (live-restore)',
  () => {
    let engine: OwnDockerEngine

    beforeAll(async () => {
      engine = await ownDockerEngine({ liveRestore: true })
    })

    test.each(SIGNALS)('by %s loses none, and their end is told', async signal => {
      const stage = await openStage(factoryOf(engine))
      const instance = await stage.start('serve', { needsPort: true })
      const before = await stage.ask(instance)

      await engine.stop(signal)
      const whileAway = await stage.ask(instance)
      await engine.start()

      expect(whileAway).toEqual(before)
      expect(await stage.ask(instance)).toEqual(before)
      await stage.stop(instance, 30_000)
      expect(await instance.exited).toEqual({ code: null, signal: 'SIGTERM', oomKilled: false })
    })

    test('is waited for by a platform that starts meanwhile', async () => {
      const { stage, instance, adopted } = await adoptWhileAway(engine)

      expect(await stage.ask(adopted)).toHaveProperty('uid')
      await stage.stop(instance, 30_000)
      expect(await adopted.exited).toMatchObject({ signal: 'SIGTERM' })
    })
  },
)

describe.skipIf(lacksDocker)('an engine that takes instances along when it is restarted', () => {
  let engine: OwnDockerEngine

  beforeAll(async () => {
    engine = await ownDockerEngine()
  })

  test.each(SIGNALS)('by %s tells that it was the engine, and starts further ones', async signal => {
    const stage = await openStage(factoryOf(engine))
    const instance = await stage.start('serve', { needsPort: true })
    await stage.waitForOutput('listening')

    await engine.stop(signal)
    await engine.start()

    expect(await instance.exited).toMatchObject({ oomKilled: false, endedWithEngine: true })
    expect(stage.output('out').match(/listening/g)).toHaveLength(1)
    const again = await stage.start('serve', { id: 'web-2', needsPort: true })
    expect(await stage.ask(again)).toHaveProperty('uid')
  })

  test('is waited for by a platform that starts meanwhile, which then learns of the end', async () => {
    const { adopted } = await adoptWhileAway(engine)

    expect(await adopted.exited).toMatchObject({ signal: expect.stringMatching(/^SIG(TERM|KILL)$/) })
  })
})

/** The platform ends, the engine ends, the platform starts again, and then the engine. */
async function adoptWhileAway(engine: OwnDockerEngine) {
  const stage = await openStage(factoryOf(engine))
  const instance = await stage.start('serve', { needsPort: true })
  await stage.ask(instance)
  await stage.runtime.close()
  await engine.stop('SIGTERM')
  await stage.reopen()
  const adopted = await stage.adopt(instance)
  const refused = await stage.start('serve', { id: 'web-2' }).catch(error => error)
  await engine.start()

  expect(adopted).toMatchObject({ id: instance.id, address: instance.address })
  expect(refused.cause).toMatchObject({ code: 'docker_unreachable', message: /Start it .*DOCKER_HOST/ })
  return { stage, instance, adopted: adopted! }
}
