import { AppError } from '@seaworthy/kit'
import { describe, expect, test } from 'vitest'
import type { ActorReference } from '../access/actor-finder.ts'
import { auditOver } from '../audit/test-audit.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import { createAdmission } from './admission.ts'
import type { DeployJob } from './deployment-pipeline.ts'

const SHOP = { id: 'app_1', slug: 'shop', team_id: 'team_1' } as AppRow
const BY = { kind: 'user', userId: 'user_ada' } as const

await forEachStore(({ openStore }) => {
  async function setUp(requireStillAllowed = async () => {}) {
    const { log, store } = auditOver(await openStore())
    const entries = () => store.db.selectFrom('audit_entries').selectAll().execute()
    return { admit: createAdmission({ audit: log, requireStillAllowed }), entries }
  }

  describe('a scheduled deployment', () => {
    test('leaves an entry when it starts, under who ordered it, once over restarts', async () => {
      const { admit, entries } = await setUp()
      const job = jobOf(BY)

      await admit(SHOP, deployment({ scheduled_at: 5 }), job)
      await admit(SHOP, deployment({ scheduled_at: 5 }), job)

      expect(await entries()).toMatchObject([
        {
          actor_kind: 'user',
          actor_id: 'user_ada',
          action: 'app:deploy',
          target_name: 'shop',
          team_id: 'team_1',
          outcome: 'done',
          after_json: '{"deployment":7,"started":"as scheduled"}',
        },
      ])
    })

    test('names the token that ordered it, or the platform when nobody did', async () => {
      const { admit, entries } = await setUp()

      await admit(SHOP, deployment({ scheduled_at: 5 }), jobOf({ kind: 'token', tokenId: 'tok_1' }))
      await admit(SHOP, deployment({ scheduled_at: 5 }), jobOf(undefined))

      expect(await entries()).toMatchObject([
        { actor_kind: 'token', token_id: 'tok_1' },
        { actor_kind: 'platform', token_id: null },
      ])
    })
  })

  test('a deployment at once has its entry from the request already', async () => {
    const { admit, entries } = await setUp()

    await admit(SHOP, deployment({ scheduled_at: null }), jobOf(BY))

    expect(await entries()).toEqual([])
  })

  test('one that may not start any more is refused in the log too; other failures are not', async () => {
    let error: Error = new AppError('deployment_not_allowed', 'Ada may not deploy shop any more.', {
      status: 403,
    })
    const { admit, entries } = await setUp(async () => {
      throw error
    })

    await expect(admit(SHOP, deployment({ scheduled_at: null }), jobOf(BY))).rejects.toBe(error)
    error = new Error('the database is away')
    await expect(admit(SHOP, deployment({ scheduled_at: null }), jobOf(BY))).rejects.toBe(error)

    expect(await entries()).toMatchObject([
      {
        outcome: 'refused',
        actor_id: 'user_ada',
        after_json: '{"deployment":7,"reason":"Ada may not deploy shop any more."}',
      },
    ])
  })
})

function deployment(fields: Partial<DeploymentRow>): DeploymentRow {
  return { number: 7, ...fields } as DeploymentRow
}

/** Steps are done once, as the ledger records them. */
function jobOf(by: ActorReference | undefined): DeployJob {
  const done = new Map<string, unknown>()
  return {
    payload: { by } as DeployJob['payload'],
    signal: new AbortController().signal,
    async step(name, run) {
      if (!done.has(name)) done.set(name, await run())
      return done.get(name) as never
    },
  }
}
