/** What busy instances leave to their neighbours, on a real platform. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants, cpus, setPriority } from 'node:os'
import { systemPart, waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { appFolder, processesOf, serves, TestPlatform } from '../test-platform.ts'
import { createMachineCpus } from './machine-cpus.ts'

const isCgroupMissing = await systemPart.missing('linux', 'root', 'cgroups')

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

/** How many CPUs each of the app's processes may run on. */
function cpuCountsOf(slug: string): number[] {
  return processesOf(slug).map(pid => {
    const [, mask = ''] = /^Cpus_allowed:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return BigInt(`0x${mask.replaceAll(',', '')}`)
      .toString(2)
      .replaceAll('0', '').length
  })
}

describe.skipIf(isCgroupMissing || cpus().length < 2)('an instance that wants more than its CPU time', () => {
  test('leaves one CPU to the others, and may use all again once it is calm, or the platform was restarted', async () => {
    const all = cpus().length
    keepMachineBusy()
    const handler = `if (request.url === '/spin') globalThis.isSpinning = true
      if (request.url === '/rest') globalThis.isSpinning = false
      response.end('ok')`
    const spin = `setInterval(() => {
      const until = Date.now() + 200
      while (globalThis.isSpinning && Date.now() < until);
    }, 1)`
    const resources = { cpus: 0.1 }
    const server = serves(handler, { before: spin })
    await platform.goLive('busy', appFolder(server, { 'seaworthy.json': { resources } }))

    await platform.request('busy', '/spin')
    await untilEach('busy', all - 1)
    await platform.stopControlPlane()
    expect(new Set(cpuCountsOf('busy'))).toEqual(new Set([all - 1]))
    await platform.startControlPlane()
    await untilEach('busy', all) // nobody knows any more why it was kept off
    await untilEach('busy', all - 1)
    await platform.request('busy', '/rest')

    await untilEach('busy', all)
  }, 120_000)
})

/** Who gives way is looked at only while the machine is busy, which a test must not leave to chance. */
function keepMachineBusy(): void {
  const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  setPriority(busy.pid!, constants.priority.PRIORITY_LOW)
  onTestFinished(() => void busy.kill('SIGKILL'))
}

function untilEach(slug: string, count: number): Promise<unknown> {
  const isSo = () => {
    const counts = cpuCountsOf(slug)
    return counts.length > 0 && counts.every(one => one === count)
  }
  return waitFor(isSo, { what: `${slug} on ${count} CPUs`, timeoutMs: 40_000 })
}

describe.skipIf(isCgroupMissing)('an instance that prints a flood', () => {
  test('gets less CPU time, and that is told', async () => {
    const flood = `const line = 'never read '.repeat(20_000) + '\\n'
      const pour = () => process.stdout.write(line, () => setImmediate(pour))
      pour()`
    const server = serves(`response.end('ok')`, { before: flood })
    await platform.goLive('loud', appFolder(server, { 'seaworthy.json': { resources: { cpus: 1 } } }))

    // Another look tells of the flood too, sooner or later.
    const data = await waitFor(
      async () => {
        const events = await platform.api.call('events.app', { params: { slug: 'loud' } })
        const told = events.map(event => event.data as { sentence?: string })
        return told.find(({ sentence = '' }) => /gets less CPU time until it prints less/.test(sentence))
      },
      { what: 'the sentence', timeoutMs: 40_000 },
    )

    expect(data).toMatchObject({ process: 'web', limit: 'output' })
    expect((await platform.request('loud')).status).toBe(200)
  }, 60_000)
})

test('the busy CPUs of the machine are between none and all', async () => {
  const machine = createMachineCpus()
  machine.busy()

  await waitFor(() => machine.busy() > 0, { what: 'a busy moment' })

  expect(machine.count).toBe(cpus().length)
  expect(createMachineCpus('/nowhere').busy()).toBe(0)
})
