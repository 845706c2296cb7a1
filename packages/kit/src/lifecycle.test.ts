import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLifecycle, type LifecyclePart } from './lifecycle.ts'
import { silentLogger } from './log.ts'

function lifecycleOf(parts: LifecyclePart[], stopDeadlineMs = 5_000) {
  const lifecycle = createLifecycle({ log: silentLogger, stopDeadlineMs })
  for (const part of parts) lifecycle.add(part)
  return lifecycle
}

function recorded(events: string[], name: string, extra: Partial<LifecyclePart> = {}): LifecyclePart {
  return { name, start: () => events.push(`+${name}`), stop: () => events.push(`-${name}`), ...extra }
}

test('starts in order and stops in reverse, once, for callers that share', async () => {
  const events: string[] = []
  const lifecycle = lifecycleOf([recorded(events, 'a'), recorded(events, 'b'), { name: 'bare' }])

  await Promise.all([lifecycle.start(), lifecycle.start()])
  const outcomes = await Promise.all([lifecycle.stop(), lifecycle.stop()])

  expect(events).toEqual(['+a', '+b', '-b', '-a'])
  expect(outcomes).toEqual([
    { clean: true, failed: [] },
    { clean: true, failed: [] },
  ])
})

test('a failed start stops what had started and rejects with the failure', async () => {
  const events: string[] = []
  const broken = recorded(events, 'b', { start: () => Promise.reject(new Error('port taken')) })
  const lifecycle = lifecycleOf([recorded(events, 'a'), broken, recorded(events, 'c')])

  await expect(lifecycle.start()).rejects.toThrow('port taken')

  expect(events).toEqual(['+a', '-a'])
})

test('a stop during the start waits for the part in flight and begins no further one', async () => {
  const events: string[] = []
  const slow = recorded(events, 'slow', { start: () => sleep(50).then(() => events.push('+slow')) })
  const lifecycle = lifecycleOf([slow, recorded(events, 'next')])

  const start = lifecycle.start()
  const stop = lifecycle.stop()

  await expect(start).rejects.toThrow("before 'next' started")
  await stop
  expect(events).toEqual(['+slow', '-slow'])
})

test('a start that fails while a stop waits for it does not hold up that stop', async () => {
  const events: string[] = []
  const failing = { name: 'failing', start: () => sleep(20).then(() => Promise.reject(new Error('no'))) }
  const lifecycle = lifecycleOf([recorded(events, 'a'), failing], 60_000)

  const start = lifecycle.start()
  const stop = lifecycle.stop()

  await expect(start).rejects.toThrow()
  expect(await stop).toEqual({ clean: true, failed: [] })
  expect(events).toEqual(['+a', '-a'])
})

test('a part that fails to stop, or takes too long, is named and the others are still stopped', async () => {
  const events: string[] = []
  const lifecycle = lifecycleOf(
    [
      recorded(events, 'a'),
      { name: 'late', stop: () => new Promise(() => {}) },
      { name: 'broken', stop: () => Promise.reject(new Error('no')) },
    ],
    50,
  )
  await lifecycle.start()

  const outcome = await lifecycle.stop()

  expect(outcome).toEqual({ clean: false, failed: ['broken', 'late'] })
  expect(events).toEqual(['+a', '-a'])
})

test('parts come before the start, and a stopped program does not start', async () => {
  const lifecycle = lifecycleOf([])
  await lifecycle.stop()

  await expect(lifecycle.start()).rejects.toThrow('stopped before it started')
  expect(() => lifecycle.add({ name: 'x' })).toThrow('came too late')
})

describe('a program that runs until a signal', () => {
  const program = join(import.meta.dirname, 'fixtures', 'program.ts')

  function run(...traits: string[]): { child: ChildProcess; output: () => string; exit: Promise<unknown[]> } {
    const child = spawn(process.execPath, [program, ...traits], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    child.stdout.setEncoding('utf8').on('data', chunk => {
      output += chunk
    })
    return { child, output: () => output, exit: once(child, 'close') }
  }

  const isUp = (running: { output: () => string }) =>
    waitFor(() => running.output().includes('fixture is up'), { what: 'the fixture to start' })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 after a clean stop on %s', async signal => {
    const running = run()
    await isUp(running)

    running.child.kill(signal)

    expect(await running.exit).toEqual([0, null])
    expect(running.output()).toContain('"clean":true')
  })

  test('a second signal ends it at once, but a copy of the first does not count', async () => {
    const running = run('hanging-stop')
    await isUp(running)

    running.child.kill('SIGTERM')
    running.child.kill('SIGTERM')
    await waitFor(() => running.output().includes('stopping on signal'))
    await sleep(400) // the span in which a copy counts as the same signal
    expect(running.child.exitCode).toBe(null)
    running.child.kill('SIGTERM')

    expect(await running.exit).toEqual([128 + 15, null])
  })

  test('ends with 1 when a part does not stop in time', async () => {
    const running = run('hanging-stop', 'short-deadline')
    await isUp(running)

    running.child.kill('SIGTERM')

    expect(await running.exit).toEqual([1, null])
    expect(running.output()).toContain('part did not stop in time')
  })

  test('ends with 1 when a part fails to start', async () => {
    const running = run('failing-start')

    expect(await running.exit).toEqual([1, null])
    expect(running.output()).toContain('no way')
  })

  test('a signal ends a start that hangs', async () => {
    const running = run('hanging-start', 'short-deadline')
    await waitFor(() => running.output().includes('fixture is starting'))

    running.child.kill('SIGTERM')

    expect((await running.exit)[1]).toBe(null)
  })

  test('logs an error that nobody caught, stops, and ends with 1', async () => {
    const running = run('throws')

    expect(await running.exit).toEqual([1, null])
    expect(running.output()).toContain('stopping after an error that nobody caught')
    expect(running.output()).toContain('"clean":true')
  })
})
