import type { Instance } from '@seaworthy/api'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { Queryable } from '../store/database.ts'
import type { InstanceRow } from '../store/schema.ts'

export async function instanceDocuments(db: Queryable, rows: readonly InstanceRow[]): Promise<Instance[]> {
  const versions = await releaseVersions(db, rows)
  return rows.map(row => ({
    id: row.id,
    process: row.process,
    state: row.state,
    release: versions.get(row.release_id) ?? null,
    runtime: row.runtime,
    port: row.port,
    createdAt: isoTime(row.created_at),
    healthyAt: isoTimeOrNull(row.healthy_at),
    stoppedAt: isoTimeOrNull(row.stopped_at),
    exit: row.exit_json === null ? null : exitOf(row.exit_json),
  }))
}

function exitOf(json: string): Instance['exit'] {
  const {
    code = null,
    signal = null,
    oomKilled = false,
  } = JSON.parse(json) as Partial<NonNullable<Instance['exit']>>
  return { code, signal, oomKilled }
}

async function releaseVersions(db: Queryable, rows: readonly InstanceRow[]): Promise<Map<string, number>> {
  const ids = [...new Set(rows.map(row => row.release_id))]
  if (ids.length === 0) return new Map()
  const found = await db.selectFrom('releases').select(['id', 'version']).where('id', 'in', ids).execute()
  return new Map(found.map(({ id, version }) => [id, version]))
}
