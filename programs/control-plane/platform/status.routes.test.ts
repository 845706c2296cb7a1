import type { Status } from '@seaworthy/api'
import { expect, test } from 'vitest'
import { startTestControlPlane } from '../http/test-control-plane.ts'
import { clientOf, signInAs } from '../tokens/test-signed-in.ts'

test('members learn how the platform is, not where it lies or how much other teams have', async () => {
  const plane = await startTestControlPlane()
  const admin = await signInAs(plane, 'Root', { platformRole: 'admin' })
  const member = await signInAs(plane, 'Vic', { teams: { team_default: 'owner' } })
  const limited = { name: 'ci', scopes: ['read' as const], team: 'default' }
  const { secret } = await admin.client.call('tokens.create', { body: limited })

  const whole = await plane.local.call('status.get')

  expect(whole.counts).not.toBeNull()
  expect(whole.details).toMatchObject({
    docker: { state: 'off' },
    builds: { slots: 2, running: [], waiting: [] },
    disk: { levels: [80, 90, 95] },
    certificates: [],
  })
  expect(whole.details!.memory.edgeBytes).toBeGreaterThan(0)
  const { details, ...rest } = await admin.client.call('status.get')
  expect(rest).toEqual(omitDetails(whole))
  expect(details).not.toBeNull()
  for (const client of [member.client, clientOf(plane, secret)]) {
    const seen = await client.call('status.get')
    expect(seen).toMatchObject({
      version: whole.version,
      counts: null,
      details: null,
      home: null,
      edge: { pid: null },
    })
    expect(JSON.stringify(seen)).not.toContain(whole.home)
    expect(seen.mail.to).not.toBe(whole.mail.to)
  }
})

function omitDetails({ details: _, ...rest }: Status): Omit<Status, 'details'> {
  return rest
}
