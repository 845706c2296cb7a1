import type { Build } from '@seaworthy/api'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { BuildRow } from '../store/schema.ts'

interface StoredStep {
  name: string
  state: string
  /** Milliseconds since 1970. */
  startedAt?: number | null
  finishedAt?: number | null
}

export function buildDocument(row: BuildRow): Build {
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    artifactDigest: row.artifact_digest,
    steps: (JSON.parse(row.steps_json) as StoredStep[]).map(stepDocument),
    error:
      row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? row.error_code },
    createdAt: isoTime(row.created_at),
    startedAt: isoTimeOrNull(row.started_at),
    finishedAt: isoTimeOrNull(row.finished_at),
  }
}

function stepDocument({ name, state, startedAt, finishedAt }: StoredStep): Build['steps'][number] {
  return {
    name,
    state,
    startedAt: isoTimeOrNull(startedAt ?? null),
    finishedAt: isoTimeOrNull(finishedAt ?? null),
  }
}
