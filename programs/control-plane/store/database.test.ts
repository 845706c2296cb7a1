import { expect, test } from 'vitest'
import { forEachStore } from './for-each-store.ts'

await forEachStore(({ openStore, kind }) => {
  test('opens with every table of the schema', async () => {
    const store = await openStore()
    expect(store.kind).toBe(kind)
    expect(await store.db.selectFrom('apps').selectAll().execute()).toEqual([])
  })
})
