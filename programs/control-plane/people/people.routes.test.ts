import { text } from 'node:stream/consumers'
import { silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { setPasswordHash } from '../accounts/people.ts'
import { signInTime } from '../accounts/sign-in-time.ts'
import { quickPasswords } from '../accounts/test-accounts.ts'
import { startTestControlPlane, type TestControlPlane } from '../http/test-control-plane.ts'
import { createJobWorker } from '../jobs/job-worker.ts'
import { type SignedIn, signInAs } from '../tokens/test-signed-in.ts'
import { EXPORT_JOB } from './person-export.ts'
import { DELETION_JOB } from './person-removal.ts'

const PASSWORD = 'Quiet-Harbour-7-Lantern'
const SLOW = { timeoutMs: 25_000 }

/** With a worker of people's jobs, as the whole control plane has it. */
async function startWorking(): Promise<TestControlPlane> {
  const plane = await startTestControlPlane()
  const worker = createJobWorker({
    ledger: plane.jobs,
    handlers: {
      [EXPORT_JOB]: job => plane.personExports.handle(job),
      [DELETION_JOB]: job => plane.personRemoval.handle(job),
    },
    pollMs: 50,
    log: silentLogger,
  })
  worker.start()
  onTestFinished(() => worker.stop({ drainMs: 0 }))
  return plane
}

async function signIn(plane: TestControlPlane, name: string, roles: Parameters<typeof signInAs>[2] = {}) {
  const person = await signInAs(plane, name, roles)
  const { email } = await person.client.call('account.get')
  return { ...person, email }
}

/** As if the sign-in was an hour ago. */
async function age({ store }: TestControlPlane, { userId }: SignedIn): Promise<void> {
  const createdAt = signInTime(Date.now() - 3_600_000)
  await store.db.updateTable('session').set({ createdAt }).where('userId', '=', userId).execute()
}

async function givePassword({ store }: TestControlPlane, { userId }: SignedIn): Promise<void> {
  await setPasswordHash(store.db, userId, await quickPasswords().hash(PASSWORD))
}

describe('the own export', () => {
  test('is there for its person once it is ready, and for nobody else', async () => {
    const plane = await startWorking()
    const ada = await signIn(plane, 'Ada')
    const eve = await signIn(plane, 'Eve', { platformRole: 'admin' })
    expect(await ada.client.call('account.exportState')).toBeNull()
    await expect(ada.client.download('account.exportFile')).rejects.toMatchObject({ status: 404 })

    expect(await ada.client.call('account.export')).toMatchObject({ receipt: null })
    const ready = await waitFor(async () => {
      const state = await ada.client.call('account.exportState')
      return state?.state === 'ready' && state
    }, SLOW)
    const document = JSON.parse(await text(await ada.client.download('account.exportFile')))

    expect(ready.receipt!.counts).toMatchObject({ sessions: 1 })
    expect(Date.parse(ready.expiresAt!) - Date.parse(ready.readyAt!)).toBe(86_400_000)
    expect(document.account.id).toBe(ada.userId)
    await expect(eve.client.download('account.exportFile')).rejects.toMatchObject({
      code: 'export_not_there',
    })
  })

  test('leaves audit entries when it is asked for and when it is downloaded, by id only', async () => {
    const plane = await startWorking()
    const ada = await signIn(plane, 'Ada')
    await ada.client.call('account.export')
    await waitFor(async () => (await ada.client.call('account.exportState'))?.state === 'ready', SLOW)
    await text(await ada.client.download('account.exportFile'))

    const entries = await plane.store.db.selectFrom('audit_entries').selectAll().orderBy('sequence').execute()

    const own = entries.filter(({ action }) => action === 'account:export')
    expect(own.map(({ target_id }) => target_id)).toEqual([ada.userId, ada.userId])
    expect(own.map(({ target_name }) => target_name)).toEqual([null, null])
  })
})

describe('the own account', () => {
  test('is not deleted by a session that is an hour old, but with the password', async () => {
    const plane = await startWorking()
    const ada = await signIn(plane, 'Ada')
    await givePassword(plane, ada)
    await age(plane, ada)
    const remove = (password?: string) =>
      ada.client.call('account.delete', { body: { confirm: ada.email, password } })

    await expect(remove()).rejects.toMatchObject({ status: 403, code: 'fresh_sign_in_needed' })
    await expect(remove('wrong')).rejects.toMatchObject({ status: 403, code: 'proof_wrong' })
    const { code } = await remove(PASSWORD)

    const receipt = await waitFor(async () => {
      const found = await plane.local.call('deletions.get', { params: { code } })
      return found.state === 'done' && found
    }, SLOW)
    expect(receipt).toMatchObject({ requestedBy: 'self', removed: { sessions: 1 } })
    await expect(ada.client.call('session.get')).rejects.toMatchObject({ status: 401 })
  })

  test('takes guesses of the password into account like a sign-in does', async () => {
    const plane = await startTestControlPlane()
    const ada = await signIn(plane, 'Ada')
    await givePassword(plane, ada)
    const guess = (password: string) =>
      ada.client
        .call('account.delete', { body: { confirm: ada.email, password } })
        .catch(error => error.status)

    const statuses = []
    for (let count = 0; count < 6; count++) statuses.push(await guess(`guess ${count}`))

    expect(statuses).toEqual([403, 403, 403, 403, 403, 429])
    expect(await guess(PASSWORD)).toBe(429)
  })

  test('stays when the address is not the own one', async () => {
    const plane = await startTestControlPlane()
    const ada = await signIn(plane, 'Ada')
    const eve = await signIn(plane, 'Eve')

    const refused = ada.client.call('account.delete', { body: { confirm: eve.email } })

    await expect(refused).rejects.toMatchObject({ status: 400, code: 'address_mismatch' })
    expect(await eve.client.call('session.get')).toMatchObject({ email: eve.email })
  })
})

describe('administrators', () => {
  test('need a fresh sign-in to change or delete people', async () => {
    const plane = await startTestControlPlane()
    const root = await signIn(plane, 'Root', { platformRole: 'admin' })
    const ada = await signIn(plane, 'Ada')
    await age(plane, root)
    const params = { person: ada.email }

    const update = root.client.call('people.update', { params, body: { suspended: true } })
    await expect(update).rejects.toMatchObject({ code: 'fresh_sign_in_needed' })
    const remove = root.client.call('people.delete', { params, body: { confirm: ada.email } })
    await expect(remove).rejects.toMatchObject({ code: 'fresh_sign_in_needed' })
    expect((await root.client.call('people.get', { params })).suspendedAt).toBeNull()
  })

  test('leave an entry with what changed, in the same transaction', async () => {
    const plane = await startTestControlPlane()
    const root = await signIn(plane, 'Root', { platformRole: 'admin' })
    const ada = await signIn(plane, 'Ada')

    await root.client.call('people.update', {
      params: { person: ada.email },
      body: { platformRole: 'admin' },
    })

    const entry = await plane.store.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('action', '=', 'person:update')
      .executeTakeFirstOrThrow()
    expect(entry).toMatchObject({ actor_id: root.userId, target_id: ada.userId, outcome: 'done' })
    expect(JSON.parse(entry.before_json!)).toMatchObject({ platformRole: 'member', suspended: false })
    expect(JSON.parse(entry.after_json!)).toEqual({ platformRole: 'admin' })
  })
})
