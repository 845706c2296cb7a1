import type { Store } from '../../store/database.ts'
import type { PastBuild } from './governor-plan.ts'

const LOOKED_AT = 5

/** What the newest builds of an app took, newest first. */
export async function pastBuilds(store: Store, appId: string): Promise<PastBuild[]> {
  const rows = await store.db
    .selectFrom('builds')
    .select(['peak_memory_bytes', 'started_at', 'finished_at', 'error_message'])
    .where('app_id', '=', appId)
    .where('state', 'in', ['succeeded', 'failed'])
    .where('started_at', 'is not', null)
    .orderBy('number', 'desc')
    .limit(LOOKED_AT)
    .execute()
  return rows.map(({ peak_memory_bytes, started_at, finished_at, error_message }) => ({
    peakMemoryBytes: peak_memory_bytes === null ? null : Number(peak_memory_bytes),
    durationMs: Math.max(0, Number(finished_at) - Number(started_at)),
    ranOutOfMemory: /more than its memory/.test(error_message ?? ''),
  }))
}
