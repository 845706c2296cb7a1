import { waitFor } from '@seaworthy/testing'
import { beforeAll, expect, test } from 'vitest'
import { ask, smallApp, startPlatform, type TestUser } from './test-cli.ts'

let admin: TestUser
let httpPort: number

beforeAll(async () => {
  ;({ admin, httpPort } = await startPlatform())
})

const APP = ['--app', 'shop']

/** Once it waits: the command that waits with it says so. */
async function untilWaiting(number: number): Promise<void> {
  await waitFor(
    async () => {
      const { stdout } = await admin.seaworthy('deployments', '--json', ...APP)
      const found = (JSON.parse(stdout) as { number: number; state: string }[]).find(
        each => each.number === number,
      )
      return found?.state === 'awaiting_approval'
    },
    { what: 'the deployment to wait', timeoutMs: 20_000 },
  )
}

test('a deployment waits for its approval, which scripts can give and refuse', async () => {
  expect((await admin.seaworthy('deploy', smallApp('one'), ...APP)).code).toBe(0)
  const none = await admin.seaworthy('approve', ...APP)
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('No deployment of shop waits')])
  const rule = await admin.seaworthy('approval', 'on', '--deadline', '24', '--json', ...APP)
  expect(JSON.parse(rule.stdout)).toMatchObject({ required: true, role: 'admin', deadlineHours: 24 })
  expect((await admin.seaworthy('approval', ...APP)).stdout).toContain('wait for an approval')

  const refused = admin.seaworthy('deploy', smallApp('two'), ...APP)
  await untilWaiting(2)
  expect((await admin.seaworthy('refuse', ...APP)).code).toBe(2)
  expect((await admin.seaworthy('refuse', '--reason', 'Not today', ...APP)).code).toBe(0)
  const outcome = await refused
  expect(outcome.code).toBe(5)
  expect(outcome.stderr).toContain('Waiting for an approval. Whoever may: seaworthy approve 2 --app shop')
  expect(outcome.stdout).toContain('Not today')
  expect(await ask(httpPort, 'shop')).toBe('one plain')

  const approved = admin.seaworthy('deploy', smallApp('two'), ...APP)
  await untilWaiting(3)
  // Nobody else is there who could.
  expect((await admin.seaworthy('approve', '3', '--comment', 'Fine', ...APP)).code).toBe(0)
  expect((await approved).code).toBe(0)
  expect(await ask(httpPort, 'shop')).toBe('two plain')
  expect((await admin.seaworthy('approve', '3', ...APP)).code).toBe(1)
  expect((await admin.seaworthy('approval', 'off', ...APP)).stdout).toContain('without an approval')
})

test('the time of a deployment can be changed, but not to one that is past', async () => {
  const at = ['--at', '2040-01-01T00:00:00Z']
  const { stdout } = await admin.seaworthy('deploy', smallApp('three'), ...at, '--json', ...APP)
  const { number } = JSON.parse(stdout) as { number: number }

  expect(
    (await admin.seaworthy('reschedule', String(number), '--at', '2041-01-01T00:00:00Z', ...APP)).stdout,
  ).toContain('starts at 2041-01-01T00:00:00.000Z')
  expect(
    (await admin.seaworthy('reschedule', String(number), '--at', '2020-01-01T00:00:00Z', ...APP)).code,
  ).toBe(2)
  expect((await admin.seaworthy('deploy', smallApp('x'), '--at', '2020-01-01T00:00:00Z', ...APP)).code).toBe(
    2,
  )
  expect((await admin.seaworthy('cancel', String(number), ...APP)).code).toBe(0)
})
