import type { Store } from '../store/database.ts'
import type { BuildRow } from '../store/schema.ts'

/** What a build will probably need, in bytes. */
export interface BuildRoom {
  /** On the disk of the platform's home. */
  homeBytes: number
  /** On the disk of the Docker engine. */
  engineBytes: number
}

/** The work tree beside the finished one: what a build writes is there twice for a while. */
const ROOM_FACTOR = 2

/**
 * By the size of its source and of what the app's last build made. An image that is only pulled needs nothing of the
 * home, and who builds images copies the source and makes the layers on the disk of the engine.
 */
export async function roomForBuild(
  store: Store,
  build: BuildRow,
  { makesImage }: { makesImage: boolean },
): Promise<BuildRoom> {
  const source = await store.db
    .selectFrom('sources')
    .select(['kind', 'size_bytes'])
    .where('id', '=', build.source_id)
    .executeTakeFirst()
  const last = await lastArtifact(store, build.app_id)
  if (!source || source.kind === 'image') return { homeBytes: 0, engineBytes: last.imageBytes }
  const sourceBytes = Number(source.size_bytes)
  return {
    homeBytes: ROOM_FACTOR * Math.max(sourceBytes, last.treeBytes),
    engineBytes: makesImage ? ROOM_FACTOR * sourceBytes + last.imageBytes : 0,
  }
}

async function lastArtifact(store: Store, appId: string): Promise<{ treeBytes: number; imageBytes: number }> {
  const last = await store.db
    .selectFrom('builds')
    .innerJoin('artifacts', 'artifacts.digest', 'builds.artifact_digest')
    .select(['artifacts.kind', 'artifacts.size_bytes'])
    .where('builds.app_id', '=', appId)
    .orderBy('builds.number', 'desc')
    .limit(1)
    .executeTakeFirst()
  const bytes = Number(last?.size_bytes ?? 0)
  return last?.kind === 'image' ? { treeBytes: 0, imageBytes: bytes } : { treeBytes: bytes, imageBytes: 0 }
}
