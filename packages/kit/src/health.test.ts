import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createHealth, type DependencyCheck } from './health.ts'
import { createLogger, silentLogger } from './log.ts'

function healthOf(checks: DependencyCheck[], options: { cacheMs?: number } = {}) {
  const health = createHealth({ log: silentLogger, ...options })
  for (const check of checks) health.add(check)
  health.setPhase('running')
  return health
}

const failing = () => Promise.reject(new Error('connect to 10.0.0.7 as hunter2 refused'))

test('is up and ready when every check succeeds', async () => {
  const health = healthOf([{ name: 'database', check: () => sleep(5) }])

  expect(await health.ready()).toEqual({ ready: true, reasons: [] })
  expect(await health.health()).toEqual({
    status: 'up',
    dependencies: { database: { state: 'up', critical: true, latencyMs: expect.any(Number) } },
  })
})

test('a critical dependency that fails makes it down and not ready, without telling why', async () => {
  const health = healthOf([{ name: 'database', check: failing }])

  const document = await health.health()

  expect(document).toMatchObject({ status: 'down', dependencies: { database: { state: 'down' } } })
  expect(JSON.stringify(document)).not.toMatch(/hunter2|10\.0/)
  expect(await health.ready()).toEqual({ ready: false, reasons: ['database'] })
})

test('one that is not critical degrades, and a degraded one may say so', async () => {
  const health = healthOf([
    { name: 'mail', critical: false, check: failing },
    { name: 'disk', check: () => ({ state: 'degraded', message: '91 % full' }) },
  ])

  expect(await health.health()).toMatchObject({
    status: 'degraded',
    dependencies: { mail: { state: 'down' }, disk: { state: 'degraded', message: '91 % full' } },
  })
  expect((await health.ready()).ready).toBe(true)
})

test('a check that hangs counts as down at its time-out and is told to end', async () => {
  let aborted = false
  const hanging = (signal: AbortSignal) =>
    new Promise(() => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
    })
  const health = healthOf([{ name: 'engine', timeoutMs: 30, check: hanging }])

  expect((await health.health()).dependencies.engine?.state).toBe('down')
  expect(aborted).toBe(true)
})

test('askers at the same time share one run; later ones get a fresh one', async () => {
  let runs = 0
  const health = healthOf([{ name: 'database', check: () => sleep(10).then(() => runs++) }], { cacheMs: 50 })

  await Promise.all([health.health(), health.ready(), health.health()])
  expect(runs).toBe(1)

  await sleep(60) // the cache's time is what is tested
  await health.health()
  expect(runs).toBe(2)
})

test('is live in every phase, ready only while running', async () => {
  const health = createHealth({ log: silentLogger })

  expect(await health.ready()).toEqual({ ready: false, reasons: ['starting'] })
  health.setPhase('stopping')
  expect(await health.ready()).toEqual({ ready: false, reasons: ['stopping'] })
  expect(health.live()).toEqual({ live: true, uptimeSeconds: expect.any(Number) })
})

test('logs a change of state once, with the error', async () => {
  const lines: string[] = []
  let broken = true
  const log = createLogger({ name: 'test', destination: { write: line => lines.push(line) } })
  const health = createHealth({ log, cacheMs: -1 })
  health.add({ name: 'database', check: () => (broken ? failing() : undefined) })

  await health.health()
  await health.health()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('10.0.0.7')

  broken = false
  await health.health()
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('dependency is up again')
})

test('two checks of one name are our bug', () => {
  const health = healthOf([{ name: 'a', check: () => {} }])

  expect(() => health.add({ name: 'a', check: () => {} })).toThrow("Two checks are named 'a'")
})
