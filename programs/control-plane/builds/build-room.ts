import type { Store } from '../store/database.ts'
import type { BuildRow } from '../store/schema.ts'

/** The work tree beside the finished one: what a build writes is there twice for a while. */
const ROOM_FACTOR = 2

/**
 * Bytes on the disk of the home that a build will probably need, by the size of its source and of what the app's last
 * build made. An image that is only pulled needs none.
 */
export async function roomForBuild(store: Store, build: BuildRow): Promise<number> {
  const source = await store.db
    .selectFrom('sources')
    .select(['kind', 'size_bytes'])
    .where('id', '=', build.source_id)
    .executeTakeFirst()
  if (!source || source.kind === 'image') return 0
  return ROOM_FACTOR * Math.max(Number(source.size_bytes), await lastTreeBytes(store, build.app_id))
}

async function lastTreeBytes(store: Store, appId: string): Promise<number> {
  const last = await store.db
    .selectFrom('builds')
    .innerJoin('artifacts', 'artifacts.digest', 'builds.artifact_digest')
    .select(['artifacts.kind', 'artifacts.size_bytes'])
    .where('builds.app_id', '=', appId)
    .orderBy('builds.number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.kind === 'tree' ? Number(last.size_bytes) : 0
}
