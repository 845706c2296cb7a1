import { silentLogger } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { startTestControlPlane } from '../http/test-control-plane.ts'
import { signInAs } from '../tokens/test-signed-in.ts'
import { createJobLedger } from './job-ledger.ts'

test('a job tells who began it, and what no request began is the platform’s own', async () => {
  const plane = await startTestControlPlane()
  const admin = await signInAs(plane, 'Root', { platformRole: 'admin' })
  const own = await createJobLedger({ store: plane.store, log: silentLogger }).enqueue({
    kind: 'sweep',
    payload: {},
  })

  await admin.client.call('keys.rotate')

  const [rotation] = await admin.client.call('jobs.list', { query: { kind: 'rotate-keys' } })
  expect(rotation!.about).toMatchObject({ startedBy: { kind: 'user', name: 'Root' }, app: null })
  const sweep = await admin.client.call('jobs.get', { params: { id: own.id } })
  expect(sweep).toMatchObject({ failures: 0, about: { app: null, deployment: null, startedBy: null } })
})

test('a job of an app names the app and its deployment', async () => {
  const plane = await startTestControlPlane()
  const app = await plane.apps.create({ slug: 'shop', teamId: 'team_default', madeBy: null })
  const ledger = createJobLedger({ store: plane.store, log: silentLogger })
  const job = await ledger.enqueue({ kind: 'deploy', payload: {}, queueKey: `app:${app.id}` })

  const shown = await plane.local.call('jobs.get', { params: { id: job.id } })

  expect(shown.about).toEqual({ app: 'shop', deployment: null, startedBy: null })
})
