import { readFileSync } from 'node:fs'
import { waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { openStage, type RuntimeFactory } from './conformance-stage.ts'

/** In which the kernel counts CPU time against its limit. */
const PERIOD_MS = 100

/** The part of the contract that is about how much of the CPUs an instance may take for now. */
export function testPace(factory: RuntimeFactory): void {
  if (!factory.can.limitMemory) return

  test('an instance can be slowed down, kept off one CPU, and let go again', async () => {
    const stage = await openStage(factory)
    const { id, handle } = await stage.start('spin', { limits: { memoryMb: 512, cpus: 0.5 } })
    await stage.waitForOutput('up')
    const pid = await stage.hostPid({ handle })
    const { runtime } = stage
    const all = allowedCpus(pid)

    await runtime.setCpuPace!(id, handle, { share: 0.1, cpus: 0.5, sparesCpu: true })
    const slowed = allowedCpus(pid)
    const before = await runtime.cpuTime!(id, handle)
    const after = await waitFor(async () => {
      const time = await runtime.cpuTime!(id, handle)
      return time && before && time.throttledPeriods >= before.throttledPeriods + 5 ? time : undefined
    })
    await runtime.setCpuPace!(id, handle, { share: 1, cpus: 0.5, sparesCpu: false })

    expect(slowed.length).toBe(Math.max(1, all.length - 1))
    expect(allowedCpus(pid)).toEqual(all)
    const periods = after.periods - before!.periods
    expect((after.usedMs - before!.usedMs) / (periods * PERIOD_MS)).toBeLessThan(0.3) // 0.05, and 0.5 before
  })

  test('an instance that ended has no CPU time, and no pace', async () => {
    const stage = await openStage(factory)
    const { id, handle, exited } = await stage.start('exit 0')
    await exited

    await stage.runtime.setCpuPace!(id, handle, { share: 0.5, sparesCpu: true })

    expect((await stage.runtime.cpuTime!(id, handle))?.usedMs ?? 0).toBe(0)
  })

  test('an instance of very many processes uses all CPUs until they are few again', async () => {
    const stage = await openStage(factory)
    const { id, handle } = await stage.start('crowd')
    await stage.waitForOutput('up')
    const pid = await stage.hostPid({ handle })
    const { runtime } = stage
    const all = allowedCpus(pid)
    const fewer = all.slice(-Math.max(1, all.length - 1))
    const usesAfterLook = (cpus: string[]) =>
      waitFor(
        async () => {
          await runtime.cpuTime!(id, handle)
          return allowedCpus(pid).join() === cpus.join()
        },
        { what: `the CPUs ${cpus.join()}` },
      )

    await usesAfterLook(all)
    await runtime.setCpuPace!(id, handle, { share: 1, sparesCpu: true })
    await usesAfterLook(fewer)
    process.kill(pid, 'SIGUSR2')
    await stage.waitForOutput('crowded')
    await usesAfterLook(all)
    process.kill(pid, 'SIGUSR2')
    await stage.waitForOutput('alone')
    await usesAfterLook(fewer)
    await runtime.setCpuPace!(id, handle, { share: 1, sparesCpu: false })

    expect(allowedCpus(pid)).toEqual(all)
  })
}

/** As the kernel writes them, without ranges. */
function allowedCpus(pid: number): string[] {
  const [, list = ''] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return list.split(',').flatMap(part => {
    const [first, last = first] = part.split('-').map(Number)
    return Array.from({ length: last! - first! + 1 }, (_, index) => `${first! + index}`)
  })
}
