import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runWithCorrelation } from './correlation.ts'
import { createLogger, silentLogger } from './log.ts'

function captured(options: { redactPaths?: string[] } = {}) {
  const lines: string[] = []
  const log = createLogger({
    name: 'test',
    level: 'debug',
    destination: { write: line => lines.push(line) },
    ...options,
  })
  return { log, text: () => lines.join(''), last: () => JSON.parse(lines.at(-1)!) }
}

test('writes one JSON line with name, level, ISO time, fields and constant message', () => {
  const { log, last } = captured()

  log.info({ app: 'shop' }, 'app started')

  expect(last()).toMatchObject({
    name: 'test',
    level: 'info',
    app: 'shop',
    msg: 'app started',
    pid: process.pid,
  })
  expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
})

test('redacts secrets in fields, in bindings of children and grandchildren, and in errors', () => {
  const { log, text } = captured()
  const error = Object.assign(new Error('GET /x?token=hunter2 failed'), {
    headers: { authorization: 'hunter2' },
  })

  const child = log.child({ token: 'hunter2' }).child({ session: { cookie: 'hunter2' } })
  child.warn({ err: error, nested: { deep: [{ password: 'hunter2' }] } }, 'call failed')
  child.error(error)
  log.info('went to https://u:hunter2@host/?api_key=hunter2')

  expect(text()).not.toContain('hunter2')
  expect(text()).toContain('call failed')
})

test('redacts further paths that the caller names', () => {
  const { log, last } = captured({ redactPaths: ['user.email'] })

  log.info({ user: { email: 'a@example.org', id: 1 } }, 'signed in')

  expect(last().user).toEqual({ email: '[redacted]', id: 1 })
})

test('takes method, URL without secrets and address of a request, not its headers', () => {
  const { log, last } = captured()

  log.info({ req: { method: 'GET', url: '/?token=x1', ip: '::1', headers: { a: 'b' }, raw: {} } }, 'incoming')

  expect(last().req).toEqual({ method: 'GET', url: '/?token=[redacted]', ip: '::1' })
})

test('the correlation id follows awaited work, and is absent outside', async () => {
  const { log, last } = captured()

  await runWithCorrelation('c1', async () => {
    await sleep(1)
    log.info('inside')
  })
  expect(last().correlationId).toBe('c1')

  log.info('outside')
  expect(last()).not.toHaveProperty('correlationId')
})

test('the silent logger and its children write nothing', () => {
  expect(silentLogger.level).toBe('silent')
  expect(silentLogger.child({ a: 1 }).level).toBe('silent')
})
