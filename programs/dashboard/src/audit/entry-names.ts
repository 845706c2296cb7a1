/** What people read of an entry. */
import type { AuditEntry } from '../api/team-queries.ts'
import { auditWords } from '../words/en/audit.ts'

export function actorName({ kind, name, email, deleted }: AuditEntry['actor']): string {
  if (deleted) return auditWords.actors.deleted!
  return name ?? email ?? auditWords.actors[kind] ?? kind
}

/** Actions that this dashboard does not know are shown by their name. */
export function actionName({ action }: Pick<AuditEntry, 'action'>): string {
  return auditWords.actions[action] ?? action
}

export function targetName({ target }: AuditEntry): string {
  if (target === null) return ''
  return [target.kind, target.name ?? target.id].filter(Boolean).join(' ')
}
