import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { readRenewalWindow, renewalTime } from './renewal-info.ts'

const DAY_MS = 86_400_000

/** An authority that says when to renew (RFC 9773). */
async function authority(body: object, headers: Record<string, string> = {}, status = 200) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())))
  const renewalInfoUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/renewal-info/`
  return {
    asked,
    read: (now: number) =>
      readRenewalWindow({ renewalInfoUrl, renewalId: 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE' }, now),
  }
}

const window = (start: string, end: string) => ({ suggestedWindow: { start, end } })

test('the window of an authority is asked for by the id of the certificate', async () => {
  const { asked, read } = await authority(window('2026-12-01T00:00:00Z', '2026-12-03T00:00:00Z'), {
    'retry-after': '21600',
  })

  expect(await read(1_000)).toEqual({
    startsAt: Date.parse('2026-12-01T00:00:00Z'),
    endsAt: Date.parse('2026-12-03T00:00:00Z'),
    askAgainAt: 1_000 + 21_600_000,
  })
  expect(asked).toEqual(['/renewal-info/aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE'])
})

test('however it answers, it is asked again within a day and not within a minute', async () => {
  const dates = window('2026-12-01T00:00:00Z', '2026-12-03T00:00:00Z')
  const [often, seldom] = [
    await authority(dates, { 'retry-after': '0' }),
    await authority(dates, { 'retry-after': '9999999' }),
  ]

  expect((await often.read(0))!.askAgainAt).toBe(60_000)
  expect((await seldom.read(0))!.askAgainAt).toBe(DAY_MS)
})

test('a window that makes no sense is none', async () => {
  expect(
    await (await authority(window('2026-12-03T00:00:00Z', '2026-12-01T00:00:00Z'))).read(0),
  ).toBeUndefined()
  expect(await (await authority({})).read(0)).toBeUndefined()
})

test('an authority that does not know the certificate says so', async () => {
  await expect((await authority({}, {}, 404)).read(0)).rejects.toMatchObject({ status: 404 })
})

test('a certificate is renewed in the window, else after two thirds of its life', () => {
  const life = { notBefore: 0, notAfter: 90 * DAY_MS }
  const asked = { startsAt: 10 * DAY_MS, endsAt: 12 * DAY_MS, askAgainAt: 0 }

  expect(renewalTime(life, { window: asked, random: 0.5 })).toBe(11 * DAY_MS)
  expect(renewalTime(life, { random: 0 })).toBe(60 * DAY_MS)
  expect(renewalTime(life, { random: 0.99 })).toBeLessThanOrEqual(60 * DAY_MS + 3_600_000)
  expect(renewalTime({ notBefore: 0, notAfter: 6 * DAY_MS }, { random: 0 })).toBe(4 * DAY_MS)
})
