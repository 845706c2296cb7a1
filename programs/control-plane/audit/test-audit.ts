/** For tests: an audit log over a real database, and ways to tamper with it as somebody with the file would. */
import { createKeyRing, createMasterKey, type KeyRing } from '@seaworthy/kit'
import { sql } from 'kysely'
import type { Store } from '../store/database.ts'
import type { NewAuditEntry } from './audit-entry.ts'
import { AuditLog } from './audit-log.ts'
import { AuditVerifier } from './audit-verifier.ts'

export const ADA = { kind: 'user', userId: 'user_ada' } as const

export interface TestAudit {
  store: Store
  keyRing: KeyRing
  log: AuditLog
  verifier: AuditVerifier
}

export function auditOver(store: Store, keyRing = newKeyRing()): TestAudit {
  const options = { store, keyRing }
  return { ...options, log: new AuditLog(options), verifier: new AuditVerifier(options) }
}

export function newKeyRing(): KeyRing {
  const key = createMasterKey()
  return createKeyRing({ keys: [key], primary: key.id })
}

/** An entry of Ada's. */
export function entry(fields: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    actor: {
      kind: 'user',
      userId: ADA.userId,
      email: 'ada@example.org',
      name: 'Ada',
      sessionId: 'ses_1',
      expiresAt: 0,
      via: 'bearer',
      access: { platformRole: 'member', teams: new Map(), apps: new Map() },
    },
    request: { id: 'req_1', ip: '192.0.2.7', headers: { 'user-agent': 'curl/8' } },
    action: 'app:update',
    target: { kind: 'app', id: 'app_1', name: 'shop' },
    teamId: 'team_1',
    appId: 'app_1',
    ...fields,
  }
}

export async function appendMany(log: AuditLog, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) await log.append(entry({ after: { number } }))
}

/** What refuses changes is gone, as after somebody with the database's password or file dropped it. */
export async function dropTriggers({ db, kind }: Store): Promise<void> {
  const names = kind === 'sqlite' ? SQLITE_TRIGGERS : ['audit_entries_no_change']
  const on = kind === 'sqlite' ? sql`` : sql`on audit_entries`
  for (const name of names) await sql`drop trigger ${sql.id(name)} ${on}`.execute(db)
}

const SQLITE_TRIGGERS = ['audit_entries_no_update', 'audit_entries_no_delete', 'audit_entries_no_replace']
