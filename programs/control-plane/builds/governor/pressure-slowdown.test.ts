import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildLogWriter, createHostBuilder, createToolchains } from '@seaworthy/builder'
import { silentLogger as log } from '@seaworthy/kit'
import { createSandbox, type Sandbox } from '@seaworthy/sandbox'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BuildGovernor } from './build-governor.ts'
import { buildsStatus } from './builds-status.ts'
import { readMachine } from './machine-facts.ts'

const lacksCgroups = await systemPart.missing('linux', 'root', 'cgroups')
const GB = 1024 ** 3
const SILENT: BuildLogWriter = { stepStarted() {}, stepFinished() {}, line() {} }

/** Writes what a kernel would tell: https://docs.kernel.org/accounting/psi.html */
function tellPressure(directory: string, percent: number): void {
  const text = (['some', 'full'] as const)
    .map(kind => `${kind} avg10=${percent.toFixed(2)} avg60=0.00 avg300=0.00 total=1\n`)
    .join('')
  for (const name of ['memory', 'io']) writeFileSync(join(directory, name), text)
}

describe.skipIf(lacksCgroups)('a real build under pressure', () => {
  async function openBuilder() {
    const home = temporaryFolder().path
    const toolchains = createToolchains({ directory: join(home, 'toolchains'), log })
    const sandbox = await createSandbox({
      log,
      runDirectory: join(home, 'run'),
      toolchainsDirectory: toolchains.directory,
    })
    onTestFinished(async () => {
      await sandbox.sweep([])
      sandbox.close()
    })
    const folders = { buildsDirectory: join(home, 'builds'), cacheDirectory: join(home, 'cache') }
    return { sandbox, builder: createHostBuilder({ sandbox, toolchains, ...folders, log }) }
  }

  function spinningSource(): string {
    const { path } = temporaryFolder()
    writeFileSync(join(path, 'server.js'), '')
    const build = { command: 'sh -c "while :; do :; done"' }
    writeFileSync(join(path, 'seaworthy.json'), JSON.stringify({ build }))
    return path
  }

  /** How long the kernel has kept the build's command from the CPU. */
  async function throttledMs(sandbox: Sandbox): Promise<number> {
    const { throttledMs } = await sandbox.examine({ id: 'build-spin-1', pid: 0, pidStartTicks: 0 })
    return throttledMs
  }

  test('gets less of the CPU for as long as it lasts, and says so', async () => {
    const pressureDirectory = join(temporaryFolder().path, 'pressure')
    mkdirSync(pressureDirectory)
    tellPressure(pressureDirectory, 0)
    const governor = new BuildGovernor({
      slots: 1,
      reservedBytes: GB,
      log,
      readMachine: () => ({
        ...readMachine(pressureDirectory),
        memory: { total: 4 * GB, available: 4 * GB },
      }),
      lookEveryMs: 50,
    })
    const { sandbox, builder } = await openBuilder()
    const told: string[] = []
    const controller = new AbortController()
    const { signal } = controller
    const grant = await governor.acquire({
      ...{ id: 'spin', app: 'shop', needBytes: GB / 2, signal },
      onWait: () => {},
      onPace: sentence => told.push(sentence),
    })
    const build = builder.build({
      id: 'spin',
      app: { id: 'app_spin', slug: 'shop', userNumber: 1 },
      sourceDirectory: spinningSource(),
      env: {},
      limits: {},
      observe: usage => grant.observe(usage),
      deadlineMs: 120_000,
      log: SILENT,
      signal,
    })
    build.catch(() => {})
    onTestFinished(async () => {
      controller.abort()
      await build.catch(() => {})
      grant.release()
    })
    await waitFor(() => grant.peakBytes() !== undefined, { timeoutMs: 30_000 })
    expect(await throttledMs(sandbox)).toBe(0)

    tellPressure(pressureDirectory, 60)

    await waitFor(async () => (await throttledMs(sandbox)) > 0, { timeoutMs: 30_000 })
    await waitFor(() => governor.view().cpuShare === 0.1, { timeoutMs: 30_000 })
    expect(told[0]).toMatch(/^slowed down, .* until the server has more .* in 60 % of the last 10 seconds/)
    expect(buildsStatus(governor.view())).toMatchObject({
      running: [expect.anything()],
      cpuShare: 0.1,
      note: expect.stringMatching(/^slowed down to 10 % of the CPU/),
    })

    tellPressure(pressureDirectory, 0)

    await waitFor(() => told.at(-1)!.startsWith('at full speed again'), { timeoutMs: 30_000 })
    await waitFor(() => stopsGrowing(() => throttledMs(sandbox)), { timeoutMs: 30_000 })
    expect(buildsStatus(governor.view())).toMatchObject({ cpuShare: 1, note: null })
  }, 150_000)
})

/** Whether a figure is the same after some periods of the scheduler, of 100 ms each. */
async function stopsGrowing(read: () => Promise<number>): Promise<boolean> {
  const before = await read()
  await new Promise(resolve => setTimeout(resolve, 500))
  return (await read()) === before
}
