import { silentLogger } from '@seaworthy/kit'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase, type Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { HEAD_LOST } from './audit-log.ts'
import { appendMany, auditOver, entry, newKeyRing } from './test-audit.ts'

await forEachStore(({ openStore, createDatabase, kind }) => {
  describe('an entry', () => {
    test('tells who did what to what, from where and when', async () => {
      const { log, store } = auditOver(await openStore())
      const before = Date.now()

      await log.append(entry({ before: { name: 'Shop' }, after: { name: 'Store' } }))

      const [row] = await entriesOf(store)
      expect(row).toMatchObject({
        sequence: 1,
        actor_kind: 'user',
        actor_id: 'user_ada',
        token_id: null,
        action: 'app:update',
        target_kind: 'app',
        target_id: 'app_1',
        target_name: 'shop',
        team_id: 'team_1',
        app_id: 'app_1',
        address: '192.0.2.7',
        user_agent: 'curl/8',
        request_id: 'req_1',
        outcome: 'done',
        before_json: '{"name":"Shop"}',
        after_json: '{"name":"Store"}',
      })
      expect(row!.at).toBeGreaterThanOrEqual(before)
    })

    test('is there with the change it belongs to, or not at all', async () => {
      const { log, store, verifier } = auditOver(await openStore())

      await store.transaction(trx => log.append(entry(), trx))
      const failed = store.transaction(async trx => {
        await log.append(entry({ action: 'app:delete' }), trx)
        throw new Error('the change failed')
      })
      await expect(failed).rejects.toThrow('the change failed')
      await log.append(entry({ action: 'app:scale' }))

      expect((await entriesOf(store)).map(row => [row.sequence, row.action])).toEqual([
        [1, 'app:update'],
        [2, 'app:scale'],
      ])
      expect(await verifier.verify()).toMatchObject({ intact: true })
    })

    test('is neither changed nor deleted nor replaced: the database refuses', async () => {
      const { log, store, verifier } = auditOver(await openStore())
      await appendMany(log, 2)
      const [first] = await entriesOf(store)
      const changes = [
        sql`update audit_entries set action = 'x'`,
        sql`update audit_entries set action = 'x' where sequence = 2`,
        sql`delete from audit_entries where sequence = 1`,
        sql`delete from audit_entries`,
        ...(kind === 'postgres' ? [sql`truncate audit_entries`] : []),
      ]

      for (const change of changes) {
        await expect(change.execute(store.db)).rejects.toThrow('audit entries are never changed')
      }
      const forged = { ...first!, action: 'x' }
      if (kind === 'sqlite') {
        const replace = store.db.replaceInto('audit_entries')
        await expect(replace.values(forged).execute()).rejects.toThrow('audit entries are never changed')
        const renamed = replace.values({ ...forged, sequence: 99 }).execute()
        await expect(renamed).rejects.toThrow('audit entries are never changed')
      }
      const upsert = store.db
        .insertInto('audit_entries')
        .values(forged)
        .onConflict(conflict => conflict.column('sequence').doUpdateSet({ action: 'x' }))
      await expect(upsert.execute()).rejects.toThrow('audit entries are never changed')
      expect(await verifier.verify()).toMatchObject({ intact: true, head: { count: 2 } })
    })
  })

  test('many at once, over several connections, make one chain without a gap', async () => {
    const database = await createDatabase()
    const keyRing = newKeyRing()
    const stores = await Promise.all([1, 2, 3].map(() => open(database)))
    const audits = stores.map(store => auditOver(store, keyRing))

    const appends = audits.flatMap(({ log, store }, index) =>
      Array.from({ length: 8 }, (_, n) =>
        n % 2 === 0
          ? log.append(entry({ after: { index, n } }))
          : store.transaction(trx => log.append(entry({ after: { index, n } }), trx)),
      ),
    )
    await Promise.all(appends)

    const rows = await entriesOf(stores[0]!)
    expect(rows.map(row => row.sequence)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1))
    expect(await audits[0]!.verifier.verify()).toMatchObject({ intact: true, head: { count: 24 } })
  })

  test('a head that was deleted does not stop the log, and is told of in it for ever', async () => {
    const { log, store, verifier } = auditOver(await openStore())
    await appendMany(log, 3)
    await store.db.deleteFrom('platform_settings').where('key', '=', 'audit_head').execute()
    expect(await verifier.verify()).toMatchObject({ intact: false, break: { why: 'head-lost', sequence: 3 } })

    await appendMany(log, 1)

    const rows = await entriesOf(store)
    expect(rows.map(row => row.action).slice(3)).toEqual([HEAD_LOST, 'app:update'])
    expect(await verifier.verify()).toMatchObject({ intact: false, break: { why: 'head-lost', sequence: 4 } })
  })

  async function open(database: { url?: string; file?: string }): Promise<Store> {
    const store = await openDatabase({ ...database, log: silentLogger })
    onTestFinished(() => store.close())
    return store
  }
})

function entriesOf({ db }: Store) {
  return db.selectFrom('audit_entries').selectAll().orderBy('sequence').execute()
}
