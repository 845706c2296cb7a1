/** Entries as files: JSON lines for programs, CSV for spreadsheets. Pure. */
import type { AuditEntry } from '@seaworthy/api'

export function toJsonLines(entries: readonly AuditEntry[]): string {
  return entries.map(entry => `${JSON.stringify(entry)}\n`).join('')
}

const COLUMNS: readonly [string, (entry: AuditEntry) => unknown][] = [
  ['sequence', entry => entry.sequence],
  ['at', entry => entry.at],
  ['actor_kind', entry => entry.actor.kind],
  ['actor_id', entry => entry.actor.id],
  ['actor_email', entry => entry.actor.email],
  ['token_id', entry => entry.actor.tokenId],
  ['action', entry => entry.action],
  ['outcome', entry => entry.outcome],
  ['target_kind', entry => entry.target?.kind],
  ['target_id', entry => entry.target?.id],
  ['target_name', entry => entry.target?.name],
  ['team_id', entry => entry.teamId],
  ['app_id', entry => entry.appId],
  ['address', entry => entry.address],
  ['user_agent', entry => entry.userAgent],
  ['request_id', entry => entry.requestId],
  ['before', entry => json(entry.before)],
  ['after', entry => json(entry.after)],
  ['id', entry => entry.id],
  ['previous_hash', entry => entry.previousHash],
  ['hash', entry => entry.hash],
]

/** The first line of a CSV file. */
export const CSV_HEADER = `${COLUMNS.map(([name]) => name).join(',')}\r\n`

/** RFC 4180, without the header. */
export function toCsv(entries: readonly AuditEntry[]): string {
  return entries.map(entry => `${COLUMNS.map(([, value]) => cell(value(entry))).join(',')}\r\n`).join('')
}

/** A spreadsheet runs a cell that begins like this as a formula (owasp.org/www-community/attacks/CSV_Injection). */
const FORMULA = /^[=+\-@\t\r]/

function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value)
  const inert = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

function json(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value)
}
