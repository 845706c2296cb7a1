import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { TestPlatform } from '../test-platform.ts'

test('a dashboard with a domain answers to it, and its links lead there', async () => {
  const platform = await TestPlatform.start({
    SEAWORTHY_DASHBOARD_URL: 'https://panel.example.org',
    SEAWORTHY_ADMIN_EMAIL: 'ada@example.org',
    SEAWORTHY_ADMIN_PASSWORD: 'Correct-Horse-9-Battery',
  })

  const statuses = await Promise.all(
    ['panel.example.org', 'localhost', 'evil.example.org'].map(host => statusFor(platform.config.port, host)),
  )
  await platform.api.call('invitations.create', {
    params: { team: 'default' },
    body: { email: 'bob@example.org', role: 'viewer' },
  })

  expect(statuses).toEqual([200, 200, 421])
  const mails = await waitFor(() => readFile(join(platform.config.home, 'mail.log'), 'utf8'), {
    timeoutMs: 20_000,
  })
  expect(mails).toContain('\nhttps://panel.example.org/invitation#token=')
})

function statusFor(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path: '/api/v1/setup',
      headers: { host },
      agent: false,
    })
    outgoing.once('response', response => {
      response.resume()
      resolve(response.statusCode!)
    })
    outgoing.once('error', reject).end()
  })
}
