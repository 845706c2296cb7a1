import { describe, expect, test } from 'vitest'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { AuditEntryRow } from '../store/schema.ts'
import { appendMany, auditOver, dropTriggers, entry, newKeyRing, type TestAudit } from './test-audit.ts'

const COUNT = 1_203 // three batches

await forEachStore(({ openStore }) => {
  describe('an untouched log', () => {
    test('is intact, empty or not', async () => {
      const { log, verifier } = auditOver(await openStore())
      expect(await verifier.verify()).toEqual({ intact: true, head: { count: 0, hash: '0'.repeat(64) } })
      await appendMany(log, 3)

      const verdict = await verifier.verify()

      expect(verdict).toMatchObject({ intact: true, head: { count: 3 } })
    })

    test('still has the head that somebody wrote down, while it grows', async () => {
      const { log, verifier } = auditOver(await openStore())
      await appendMany(log, 3)
      const known = headOf(await verifier.verify())
      await appendMany(log, 2)

      expect(await verifier.verify({ known })).toMatchObject({ intact: true, head: { count: 5 } })
      expect(await verifier.verify({ known: { ...known, hash: 'f'.repeat(64) } })).toMatchObject({
        intact: false,
        break: { why: 'rewritten', sequence: 3 },
      })
      expect(await verifier.verify({ known: { ...known, count: 6 } })).toMatchObject({
        intact: false,
        break: { why: 'missing', sequence: 6 },
      })
    })

    test('is verified while entries are added', async () => {
      const { log, verifier } = auditOver(await openStore())
      await appendMany(log, 20)

      const [verdict] = await Promise.all([verifier.verify(), appendMany(log, 20)])

      expect(verdict).toMatchObject({ intact: true })
      expect(await verifier.verify()).toMatchObject({ intact: true, head: { count: 40 } })
    })
  })

  describe('somebody with the database, who drops the triggers,', () => {
    test('is found when they edit any column of an entry', async () => {
      const audit = await tamperedWith(5)
      const edits: Partial<AuditEntryRow>[] = [
        { actor_id: 'user_eve' },
        { actor_kind: 'local' },
        { action: 'app:read' },
        { target_name: 'other' },
        { at: 1 },
        { address: '192.0.2.8' },
        { outcome: 'refused' },
        { after_json: '{"number":4}' },
        { before_json: '{}' },
        { id: 'aud_x' },
      ]

      for (const edit of edits) {
        const [original] = await rowsAt(audit.store, 3)
        await change(audit.store, 3, edit)
        expect(await audit.verifier.verify()).toMatchObject({
          intact: false,
          break: { why: 'changed', sequence: 3 },
          entry: { sequence: 3, ...edit },
        })
        await change(audit.store, 3, original!)
      }
      expect(await audit.verifier.verify()).toMatchObject({ intact: true })
    })

    test('is found when they delete entries, in the middle or at the end', async () => {
      const audit = await tamperedWith(6)

      await audit.store.db.deleteFrom('audit_entries').where('sequence', '=', 6).execute()
      expect(await audit.verifier.verify()).toMatchObject({ break: { why: 'missing', sequence: 6 } })
      await audit.log.append(entry())
      expect(await audit.verifier.verify()).toMatchObject({ break: { why: 'missing', sequence: 6 } })
      await audit.store.db.deleteFrom('audit_entries').where('sequence', '=', 2).execute()

      expect(await audit.verifier.verify()).toMatchObject({ break: { why: 'missing', sequence: 2 } })
    })

    test('is found when they exchange entries', async () => {
      const audit = await tamperedWith(6)
      for (const [from, to] of [
        [2, 99],
        [4, 2],
        [99, 4],
      ] as const) {
        await change(audit.store, from, { sequence: to })
      }

      expect(await audit.verifier.verify()).toMatchObject({
        break: { why: 'reordered', sequence: 2, foundAt: 4 },
      })
    })

    test('is found when they write the whole chain anew, without the key', async () => {
      const audit = await tamperedWith(4)
      const rows = await audit.store.db.selectFrom('audit_entries').selectAll().orderBy('sequence').execute()
      const eve = auditOver(audit.store, newKeyRing())
      await audit.store.db.deleteFrom('audit_entries').execute()
      const { value_json } = await audit.store.db
        .selectFrom('platform_settings')
        .select('value_json')
        .where('key', '=', 'audit_head')
        .executeTakeFirstOrThrow()

      await audit.store.db.deleteFrom('platform_settings').where('key', '=', 'audit_head').execute()
      await appendMany(eve.log, rows.length)

      // Eve's own head does not open with our key, and ours does not fit her entries.
      expect(await audit.verifier.verify()).toMatchObject({ break: { why: 'head-lost', sequence: 4 } })
      await audit.store.db.updateTable('platform_settings').set({ value_json }).execute()
      expect(await audit.verifier.verify()).toMatchObject({ break: { why: 'rewritten', sequence: 4 } })
    })

    test('is found when they put an entry on top, which then stops nobody else from being logged', async () => {
      const audit = await tamperedWith(3)
      const eve = { ...(await rowsAt(audit.store, 3))[0]!, sequence: 4, id: 'aud_eve' }
      await audit.store.db.insertInto('audit_entries').values(eve).execute()

      expect(await audit.verifier.verify()).toMatchObject({ intact: false, break: { sequence: 4 } })
      await audit.log.append(entry())

      expect(await audit.verifier.verify()).toMatchObject({ intact: false, break: { sequence: 4 } })
    })

    async function tamperedWith(count: number): Promise<TestAudit> {
      const audit = auditOver(await openStore())
      await appendMany(audit.log, count)
      await dropTriggers(audit.store)
      return audit
    }
  })

  test('a long log is followed batch by batch, and can be left', async () => {
    const { log, store, verifier } = auditOver(await openStore())
    await store.transaction(async trx => {
      for (let number = 1; number <= COUNT; number++) await log.append(entry({ after: { number } }), trx)
    })
    const progress: number[] = []
    const left = AbortSignal.abort()

    const verdict = await verifier.verify({ onProgress: checked => progress.push(checked) })

    expect(verdict).toMatchObject({ intact: true, head: { count: COUNT } })
    expect(progress).toEqual([500, 1000])
    await expect(verifier.verify({ signal: left })).rejects.toThrow('abort')
  })
})

function headOf(verdict: Awaited<ReturnType<TestAudit['verifier']['verify']>>) {
  if (!verdict.intact) throw new Error('expected an intact chain')
  return verdict.head
}

function rowsAt({ db }: Store, sequence: number): Promise<AuditEntryRow[]> {
  return db.selectFrom('audit_entries').selectAll().where('sequence', '=', sequence).execute()
}

async function change({ db }: Store, sequence: number, fields: Partial<AuditEntryRow>): Promise<void> {
  await db.updateTable('audit_entries').set(fields).where('sequence', '=', sequence).execute()
}
