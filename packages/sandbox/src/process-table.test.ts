import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { systemPart } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { environmentValue, listProcesses, parsePsLine, parseStat, readProcess } from './process-table.ts'

const isNotLinux = await systemPart.missing('linux')

async function startSleeper() {
  const child = spawn('sleep', ['1000'], { env: { ...process.env, MARK: 'of the test' }, detached: true })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(child, 'spawn')
  return child
}

const STAT =
  '4242 (a) b (c)) S 1 4240 4240 0 -1 4194560 100 200 0 0 7 3 20 10 20 0 1 0 5551234 8192000 1500 18446744073709551615'

test('a process whose name holds spaces and parentheses is read', () => {
  expect(parseStat(STAT)).toEqual({
    pid: 4242,
    parentPid: 1,
    groupId: 4240,
    startTicks: 5_551_234,
    cpuMs: 400,
    residentBytes: 1500 * 4096,
  })
})

test('a zombie is no process', () => {
  expect(parseStat(STAT.replace(') S ', ') Z '))).toBeUndefined()
})

test.each([
  ['   12     1    10 Ss    3456 00:01:02 Thu Nov 19 10:00:00 2026', 62_000, 1_795_082_400],
  ['   12     1    10 S+    3456   0:01.50 Thu Nov 19 10:00:00 2026', 1_500, 1_795_082_400],
  ['   12     1    10 R     3456 1-02:00:00 Thu Nov 19 10:00:01 2026', 93_600_000, 1_795_082_401],
])('a line of ps is read: %s', (line, cpuMs, startTicks) => {
  const facts = { pid: 12, parentPid: 1, groupId: 10, cpuMs, startTicks, residentBytes: 3456 * 1024 }

  expect(parsePsLine(line)).toEqual(facts)
})

test.each(['', '  ', '   12     1    10 Z     0 00:00:00 Thu Nov 19 10:00:00 2026'])(
  '%j is no process',
  line => {
    expect(parsePsLine(line)).toBeUndefined()
  },
)

test.skipIf(isNotLinux)(
  'a process is told from its parent, with its group, and is gone when it ended',
  async () => {
    const child = await startSleeper()
    const pid = child.pid!

    const facts = await readProcess(pid)

    expect(facts).toMatchObject({ pid, parentPid: process.pid, groupId: pid })
    expect((await listProcesses()).find(one => one.pid === pid)?.startTicks).toBe(facts?.startTicks)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await readProcess(pid)).toBeUndefined()
  },
)

test.skipIf(isNotLinux)('a variable of a process is read, also an empty or missing one', async () => {
  const { pid } = await startSleeper()

  expect(environmentValue(pid!, 'MARK')).toBe('of the test')
  expect(environmentValue(pid!, 'MAR')).toBeUndefined()
  expect(environmentValue(999_999_999, 'MARK')).toBeUndefined()
})
