import { dirname, join } from 'node:path'
import { silentLogger as log } from '@seaworthy/kit'
import { createSandbox, pathsInside } from '@seaworthy/sandbox'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createProcessRuntime } from './process-runtime.ts'
import { testRuntime } from './runtime.conformance.ts'

type Powers = 'auto' | 'plain'

const toolchainsDirectory = dirname(process.execPath)

function openSandbox(powers: Powers, home: string) {
  return createSandbox({ log, powers, runDirectory: join(home, 'run'), toolchainsDirectory })
}

function factory(powers: Powers) {
  const isConfined = powers === 'auto'
  const { toolchains } = pathsInside({ mounts: isConfined }, { directory: '', toolchainsDirectory })
  return {
    open: async (home: string) => createProcessRuntime({ sandbox: await openSandbox(powers, home), log }),
    path: `${toolchains}:/usr/bin:/bin`,
    platform: {
      command: process.execPath,
      args: [join(import.meta.dirname, 'fixtures', 'platform.mjs'), powers],
    },
    can: {
      limitMemory: isConfined,
      separateUsers: isConfined,
      tellEveryEnd: false,
      separateNetworks: false,
      mountVolumes: isConfined,
    },
    hostPid: ({ handle }: { handle: unknown }, pid?: number) =>
      pid ?? (handle as { command: { pid: number } }).command.pid,
  }
}

testRuntime('process (plain)', factory('plain'))

test('an app with volumes is refused in a sentence where nothing can be mounted', async () => {
  const { path: home } = temporaryFolder()
  const runtime = await factory('plain').open(home)
  onTestFinished(() => runtime.close())
  const volumes = [{ name: 'data', source: join(home, 'data'), target: '/data' }]
  const start = runtime.start({
    ...{ id: 'web-1', app: { id: 'app_1', slug: 'shop', userNumber: 1 }, release: 'v1', process: 'web' },
    ...{ command: 'true', artifact: { kind: 'tree' as const, directory: home }, env: {}, needsPort: false },
    ...{ limits: {}, outputDirectory: join(home, 'spool'), volumes },
  })

  await expect(start).rejects.toThrow(/may not mount folders for apps/)
})

const isLinuxPowerMissing = await systemPart.missing('linux', 'root', 'unshare', 'cgroups')

describe.skipIf(isLinuxPowerMissing)('with the powers of Linux', () => {
  testRuntime('process (users, mounts, cgroups)', factory('auto'))

  test('all powers are in force here, so that the suite above tested them', async () => {
    const sandbox = await openSandbox('auto', temporaryFolder().path)

    expect(sandbox.powers).toMatchObject({ users: true, mounts: true })
    expect(sandbox.powers.cgroups).not.toBe('none')
    sandbox.close()
  })
})
