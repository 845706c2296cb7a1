import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connectDocker, type DockerEngine, listContainers, listNetworks } from '@seaworthy/docker'
import { silentLogger as log } from '@seaworthy/kit'
import { pathsInside, userIdOf } from '@seaworthy/sandbox'
import { afterFile, systemPart, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { openStage, type RuntimeFactory } from './conformance-stage.ts'
import { ContainerOutput } from './docker/container-output.ts'
import { processIdsOf } from './docker/container-usage.ts'
import type { DockerHandle } from './docker/docker-handle.ts'
import { createDockerRuntime } from './docker/docker-runtime.ts'
import { testRuntime } from './runtime.conformance.ts'

const lacksDocker = await systemPart.missing('linux', 'root', 'docker')

/** One platform for the file: its empty image is made once. */
const label = `test-${randomBytes(4).toString('hex')}`
const toolchainsDirectory = dirname(process.execPath)

function connect(): Promise<DockerEngine> {
  return connectDocker({ home: label, log })
}

const factory: RuntimeFactory = {
  open: async () =>
    createDockerRuntime({
      engine: await connect(),
      log,
      toolchainsDirectory,
      pathsInside: directory => pathsInside({ mounts: true }, { directory, toolchainsDirectory }),
      userIdOf,
    }),
  path: `${pathsInside({ mounts: true }, { directory: '', toolchainsDirectory }).toolchains}:/usr/bin:/bin`,
  platform: {
    command: process.execPath,
    args: [join(import.meta.dirname, 'fixtures', 'docker-platform.mjs'), label],
  },
  can: {
    limitMemory: true,
    separateUsers: true,
    tellEveryEnd: true,
    separateNetworks: true,
    mountVolumes: true,
  },
  extraVariables: ['HOSTNAME'],
  hostPid,
}

/** The host's pid of what is `pid` in the container; of its first process where that is left out. */
async function hostPid({ handle }: { handle: unknown }, pid = 1): Promise<number> {
  const pids = await processIdsOf(await connect(), (handle as DockerHandle).container)
  const found = pids.find(candidate => innerPid(candidate) === pid)
  if (found === undefined) throw new Error(`no process ${pid} in the container`)
  return found
}

function innerPid(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1])
}

describe.skipIf(lacksDocker)('with a Docker engine', () => {
  afterFile(removeEmptyImage)
  afterFile(expectNothingLeft)

  testRuntime('docker', factory)

  test('what comes from the copier late is told by the time at which it was printed', async () => {
    const stage = await openStage(factory)
    const { id, handle } = await stage.start('graceful')
    await stage.waitForOutput('up')
    const { container } = handle as DockerHandle
    const directory = join(stage.home, 'late')
    const output = new ContainerOutput({ engine: await connect(), container, id, directory })
    const stop = new AbortController()
    await output.begin()
    const printedBefore = Date.now()
    const copied = output.copy(stop.signal).catch(() => undefined)
    await waitFor(() => readFileSync(join(directory, `${id}.out`), 'utf8') === 'up\n')
    await waitFor(() => output.seenUntil(printedBefore) > 0)
    stop.abort()
    await copied

    expect(output.seenUntil(printedBefore)).toBeLessThanOrEqual(printedBefore)
    expect(output.seenUntil(printedBefore)).toBeGreaterThan(printedBefore - 60_000)
    expect(output.seenUntil(Date.now() + 5_000)).toBeGreaterThan(Date.now()) // nothing came for long: nothing waits
    expect(await stage.runtime.outputSeenUntil!(id, handle)).toBeGreaterThan(printedBefore - 60_000)
  })
})

async function removeEmptyImage(): Promise<void> {
  if (lacksDocker) return
  const engine = await connect()
  await engine.client.getImage(`seaworthy-${label}/empty:1`).remove()
}

async function expectNothingLeft(): Promise<void> {
  if (lacksDocker) return
  const engine = await connect()
  const containers = await listContainers(engine)
  const networks = await listNetworks(engine)
  expect([...containers.map(({ Names }) => Names), ...networks.map(({ Name }) => Name)]).toEqual([])
}
