import { silentLogger } from '@seaworthy/kit'
import { describe, expect, test } from 'vitest'
import type { Actor } from '../../access/actor.ts'
import { type ActorReference, referenceTo } from '../../access/actor-finder.ts'
import type { Role } from '../../access/roles.ts'
import { Apps } from '../../apps/apps.ts'
import { newKeyRing } from '../../audit/test-audit.ts'
import { Builds } from '../../builds/builds.ts'
import { EnvVars } from '../../env/env-vars.ts'
import { Events } from '../../events/events.ts'
import { createJobLedger } from '../../jobs/job-ledger.ts'
import type { ReleaseSettings } from '../../releases/release-settings.ts'
import { Releases } from '../../releases/releases.ts'
import { forEachStore } from '../../store/for-each-store.ts'
import type { DeploymentRow, ReleaseRow } from '../../store/schema.ts'
import { addPerson, suspend, teamWith } from '../../teams/test-people.ts'
import { Tokens } from '../../tokens/tokens.ts'
import { DeploymentRecords } from '../deployment-records.ts'
import { ApprovalRecords } from './approval-records.ts'
import type { ApprovalRule } from './approval-rules.ts'
import { composeApprovals } from './compose-approvals.ts'

const RULE: ApprovalRule = { required: true, role: 'admin', ownAllowed: false, deadlineHours: 168 }
const SETTINGS = { processes: { web: 'node a.js' } } as unknown as ReleaseSettings

await forEachStore(({ openStore }) => {
  describe('a deployment of an app that asks for an approval', () => {
    test('waits, and starts once somebody else with the role approves', async () => {
      const { actor, ask, jobs, events, approve } = await setUp()
      const deployment = await ask('dev')

      expect(deployment.state).toBe('awaiting_approval')
      await expect(approve(deployment, await actor('dev'))).rejects.toMatchObject({
        code: 'may_not_decide',
        message: expect.stringContaining('needs the role admin; yours is developer'),
      })
      const approved = await approve(deployment, await actor('ada'), { comment: 'Nice' })

      expect(approved.state).toBe('awaiting_approval')
      const { items } = await jobs.list({ kind: 'deploy', page: 1, limit: 10 })
      expect(items).toMatchObject([{ id: approved.job_id, state: 'queued' }])
      expect(JSON.parse(items[0]!.payload_json)).toMatchObject({
        deploymentId: deployment.id,
        by: { kind: 'user' },
      })
      expect(await events()).toEqual(['approval:given', 'approval:requested'])
      await expect(approve(deployment, await actor('ada'))).rejects.toMatchObject({
        code: 'decided_already',
      })
    })

    test('is asked about once, however often its job is cut off and run again', async () => {
      const { ask, again, actor, approve } = await setUp()
      const deployment = await ask('dev')

      expect(await again(deployment)).toMatch(/waiting until somebody with the role admin approves/)
      await approve(deployment, await actor('ada'))
      expect(await again(deployment)).toBeUndefined()
    })

    test('ends with the reason once it is refused', async () => {
      const { actor, ask, records, events, refuse } = await setUp()
      const deployment = await ask('dev')

      await refuse(deployment, await actor('ada'), { reason: 'Not on a Friday' })

      expect(await records.get(deployment.id)).toMatchObject({
        state: 'cancelled',
        error_code: 'approval_refused',
        error_message: 'Refused by ada@example.org: Not on a Friday',
      })
      expect(await events()).toEqual(['approval:refused', 'approval:requested'])
    })

    test('ends by itself at the deadline, and not before', async () => {
      const { store, ask, approvals, records, jobs } = await setUp()
      const deployment = await ask('dev')
      const { items } = await jobs.list({ kind: 'end-approval', page: 1, limit: 10 })

      expect(Number(items[0]!.run_at) - Date.now()).toBeGreaterThan(167 * 3_600_000)
      await approvals.expire(deployment.id)
      expect((await records.get(deployment.id)).state).toBe('awaiting_approval')

      await store.db
        .updateTable('deployment_approvals')
        .set({ requested_at: Date.now() - 168 * 3_600_000, deadline_at: Date.now() - 1 })
        .execute()
      await approvals.expire(deployment.id)
      await approvals.expire(deployment.id)

      expect(await records.get(deployment.id)).toMatchObject({
        state: 'cancelled',
        error_code: 'approval_expired',
        error_message: expect.stringContaining('within 7 days'),
      })
    })

    test('has one end: of many who decide at once, one is heard', async () => {
      const { actor, ask, approvals, records, approve, refuse } = await setUp()
      const deployment = await ask('dev')
      const [ada, eve] = [await actor('ada'), await actor('eve')]

      const outcomes = await Promise.allSettled([
        approve(deployment, ada),
        refuse(deployment, eve, { reason: 'No' }),
        approvals.cancel(deployment, 'dev').then(done => done || Promise.reject(new Error('too late'))),
      ])

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const { state } = await records.get(deployment.id)
      expect(state).toBe(outcomes[0]!.status === 'fulfilled' ? 'awaiting_approval' : 'cancelled')
    })
  })

  describe('what somebody ordered themselves', () => {
    test('needs somebody else, also when it was ordered with a token of theirs', async () => {
      const { store, ids, actor, ask, approve, refuse } = await setUp()
      const limits = { appIds: null, teamId: null, expiresInDays: null }
      const { row } = await store.transaction(trx =>
        new Tokens({ store }).create({ userId: ids.ada!, name: 'ci', scopes: ['deploy'], ...limits }, trx),
      )
      const ada = await actor('ada')

      for (const by of [referenceTo(ada)!, { kind: 'token' as const, tokenId: row.id }]) {
        const deployment = await ask(by)
        await expect(approve(deployment, ada)).rejects.toThrow(/somebody else has to approve/)
        await refuse(deployment, ada, { reason: 'On second thoughts' })
      }
    })

    test('may be approved by who is alone, or where the app allows it', async () => {
      const { store, ids, actor, ask, setRule, approve } = await setUp()
      const ada = await actor('ada')
      const own = await ask('ada')
      await expect(approve(own, ada)).rejects.toThrow(/somebody else/)

      await suspend(store, ids.eve!)
      await approve(own, ada)

      await addPerson(store, 'root', { platformRole: 'admin' })
      const another = await ask('ada')
      await expect(approve(another, ada)).rejects.toThrow(/somebody else/)
      await setRule({ ...RULE, ownAllowed: true })
      await approve(await ask('ada'), ada)
      // What was asked under the old rule stays under it.
      await expect(approve(another, ada)).rejects.toThrow(/somebody else/)
    })
  })

  test('what has served before goes back without a question, what has not does not', async () => {
    const { again, deployment, release, served } = await setUp()
    const first = await release()
    await served(first)

    expect(await again(await deployment({ reason: 'restart', release: first }))).toBeUndefined()
    expect(await again(await deployment({ reason: 'rollback', release: await release() }))).toBeUndefined()
    expect(await again(await deployment({ reason: 'settings', release: await release() }))).toBeUndefined()
    expect(await again(await deployment({ reason: 'deploy', release: await release() }))).toMatch(/waiting/)
    const otherEnv = await release({ envVersion: 3 })
    expect(await again(await deployment({ reason: 'env', release: otherEnv }))).toMatch(/waiting/)
    const otherCode = await release({ artifactDigest: 'sha256:evil' })
    expect(await again(await deployment({ reason: 'rollback', release: otherCode }))).toMatch(/waiting/)
  })

  test('without a rule nothing waits, except for its time', async () => {
    const { again, deployment, release, setRule, jobs } = await setUp()
    await setRule({ ...RULE, required: false })
    const inAnHour = Date.now() + 3_600_000

    expect(await again(await deployment({ release: await release() }))).toBeUndefined()
    const later = await deployment({ release: await release(), scheduledAt: inAnHour })
    expect(await again(later)).toMatch(/waiting for its time/)
    const { items } = await jobs.list({ kind: 'deploy', page: 1, limit: 10 })
    expect(items.map(({ run_at }) => Number(run_at))).toEqual([inAnHour])
  })

  test('the time of a deployment is changed until its job has begun', async () => {
    const { deployment, release, jobs, store, app, setRule, schedule, records } = await setUp()
    await setRule({ ...RULE, required: false })
    const waiting = await deployment({ release: await release() })
    const job = await jobs.enqueue({ kind: 'deploy', payload: {}, runAt: Date.now() + 1e7 })
    await records.update(waiting.id, { job_id: job.id })
    const at = Date.now() + 7_200_000
    const runAt = async () => Number((await jobs.get(job.id))!.run_at)

    await schedule.change(app, waiting, { at, actor: 'ada' })
    expect([await runAt(), Number((await records.get(waiting.id)).scheduled_at)]).toEqual([at, at])
    await schedule.change(app, waiting, { at: null, actor: 'ada' })
    expect(await runAt()).toBeLessThanOrEqual(Date.now())
    expect((await records.get(waiting.id)).scheduled_at).toBeNull()

    await expect(schedule.change(app, waiting, { at: Date.now() - 1e6, actor: 'ada' })).rejects.toMatchObject(
      {
        code: 'scheduled_in_past',
        status: 400,
      },
    )
    await store.db.updateTable('jobs').set({ state: 'running' }).where('id', '=', job.id).execute()
    await expect(schedule.change(app, waiting, { at, actor: 'ada' })).rejects.toMatchObject({
      code: 'deployment_began',
    })
  })

  async function setUp() {
    const store = await openStore()
    const people: Record<string, Role> = { ada: 'owner', eve: 'admin', dev: 'developer' }
    const { team, ids, actor } = await teamWith(store, people)
    const app = await new Apps({ store }).create({ slug: 'shop', teamId: team.id })
    const events = new Events({ store })
    const records = new DeploymentRecords({ store })
    const releases = new Releases({ store })
    const jobs = createJobLedger({ store, log: silentLogger })
    const { approvals, routeParts } = composeApprovals({
      ...{ store, records, releases, jobs, events, builds: new Builds({ store }) },
      envVars: new EnvVars({ store, keyRing: newKeyRing() }),
      sources: { open: async () => undefined },
      deadlineMs: 1000,
    })
    const setRule = (rule: ApprovalRule) => new ApprovalRecords({ store }).setRule(app.id, rule)
    await setRule(RULE)

    const release = (fields: { envVersion?: number; artifactDigest?: string } = {}) =>
      releases.create({
        ...{ appId: app.id, artifactDigest: 'sha256:a', buildId: 'build_1', envVersion: 1 },
        ...{ settings: SETTINGS, reason: 'deploy', createdBy: 'dev' },
        ...fields,
      })
    const deployment = ({
      reason = 'deploy',
      release,
      scheduledAt = null,
    }: {
      reason?: DeploymentRow['reason']
      release: ReleaseRow
      scheduledAt?: number | null
    }) =>
      store.transaction(trx =>
        records.create(
          {
            ...{ app_id: app.id, reason, build_id: null, release_id: release.id },
            ...{ scheduled_at: scheduledAt, created_by: 'dev' },
          },
          trx,
        ),
      )
    const again = async (row: DeploymentRow, by?: ActorReference) =>
      approvals.whyNotYet({
        ...{ app, by, deployment: await records.get(row.id) },
        release: (await releases.getById(row.release_id!))!,
      })
    const ask = async (who: string | ActorReference) => {
      const by = typeof who === 'string' ? referenceTo(await actor(who)) : who
      const row = await deployment({ release: await release() })
      await again(row, by)
      return records.get(row.id)
    }
    const served = async (release: ReleaseRow) => {
      const { id } = await deployment({ release })
      await store.db.updateTable('deployments').set({ state: 'succeeded' }).where('id', '=', id).execute()
    }
    const approve = (row: DeploymentRow, actor: Actor, { comment }: { comment?: string } = {}) =>
      approvals.approve(app, row, { actor, comment })
    const refuse = (row: DeploymentRow, actor: Actor, { reason }: { reason: string }) =>
      approvals.refuse(app, row, { actor, reason })
    const eventTypes = async () => {
      const rows = await store.db.selectFrom('events').select('type').orderBy('id', 'desc').execute()
      return rows.map(({ type }) => type)
    }
    return {
      ...{
        store,
        app,
        ids,
        actor,
        ask,
        again,
        release,
        deployment,
        served,
        setRule,
        approvals,
        records,
        jobs,
      },
      ...{ approve, refuse, schedule: routeParts.schedule },
      events: eventTypes,
    }
  }
})
