import type { Timeline as TimelineDocument, TimelineEntry } from '@seaworthy/api'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { AUDITED_ACTIONS, auditEntry, deploymentEntry, envEntry, eventEntry } from './timeline-entries.ts'

export interface TimelineRequest {
  app: Pick<AppRow, 'id'>
  from: number
  /** Not included. */
  to: number
  /** Whether entries of the audit log may be shown. */
  withAudit: boolean
}

const MAX_ENTRIES = 500
/** Each with its whole document. */
const MAX_ENV_VERSIONS = 100

/** What changed about an app: deployments, events, variables and audit entries in one list, one query each. */
export class Timeline {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  async read(request: TimelineRequest): Promise<TimelineDocument> {
    const parts = await Promise.all([
      this.#deployments(request),
      this.#events(request),
      this.#env(request),
      request.withAudit ? this.#audit(request) : [],
    ])
    const entries = parts.flat().sort((one, two) => (one.at < two.at ? 1 : one.at > two.at ? -1 : 0))
    // A part that is full may have had more, so that nothing older is sure to be whole.
    const complete = entries.length <= MAX_ENTRIES && parts.every(part => part.length < MAX_ENTRIES)
    return { entries: entries.slice(0, MAX_ENTRIES), complete }
  }

  async #deployments({ app, from, to }: TimelineRequest): Promise<TimelineEntry[]> {
    const rows = await this.#store.db
      .selectFrom('deployments as d')
      .leftJoin('releases as r', 'r.id', 'd.release_id')
      .selectAll('d')
      .select('r.version')
      .where('d.app_id', '=', app.id)
      .where(({ eb, fn }) => eb(fn.coalesce('d.switched_at', 'd.finished_at', 'd.created_at'), '>=', from))
      .where(({ eb, fn }) => eb(fn.coalesce('d.switched_at', 'd.finished_at', 'd.created_at'), '<', to))
      .orderBy('d.number', 'desc')
      .limit(MAX_ENTRIES)
      .execute()
    return rows.map(row => deploymentEntry(row, row.version))
  }

  async #events({ app, from, to }: TimelineRequest): Promise<TimelineEntry[]> {
    const rows = await this.#store.db
      .selectFrom('events')
      .selectAll()
      .where('app_id', '=', app.id)
      .where('created_at', '>=', from)
      .where('created_at', '<', to)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(MAX_ENTRIES)
      .execute()
    return rows.flatMap(row => eventEntry(row) ?? [])
  }

  /** One more version than there are entries, for what the oldest of them changed. */
  async #env({ app, from, to }: TimelineRequest): Promise<TimelineEntry[]> {
    const rows = await this.#store.db
      .selectFrom('env_versions')
      .select(['version', 'document_json', 'author', 'created_at'])
      .where('app_id', '=', app.id)
      .where('created_at', '<', to)
      .orderBy('version', 'desc')
      .limit(MAX_ENV_VERSIONS + 1)
      .execute()
    return rows
      .slice(0, MAX_ENV_VERSIONS)
      .map((row, index) => ({ row, before: rows[index + 1]?.document_json }))
      .filter(({ row }) => row.created_at >= from)
      .map(({ row, before }) => envEntry(row, before))
  }

  async #audit({ app, from, to }: TimelineRequest): Promise<TimelineEntry[]> {
    const rows = await this.#store.db
      .selectFrom('audit_entries as a')
      .leftJoin('user as u', 'u.id', 'a.actor_id')
      .select(['a.action', 'a.at', 'a.after_json', 'u.email'])
      .where('a.app_id', '=', app.id)
      .where('a.outcome', '=', 'done')
      .where('a.action', 'in', AUDITED_ACTIONS)
      .where('a.at', '>=', from)
      .where('a.at', '<', to)
      .orderBy('a.sequence', 'desc')
      .limit(MAX_ENTRIES)
      .execute()
    return rows.map(row => auditEntry(row, row.email))
  }
}
