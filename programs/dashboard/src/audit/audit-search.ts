/** The filters of the audit log, as they stand in the page's address. Pure. */
import type { AuditFilter } from '../api/team-queries.ts'

export interface AuditSearch extends Omit<AuditFilter, 'from' | 'to'> {
  /** Days in the viewer's zone: `2026-05-04`. */
  from?: string
  to?: string
  page?: number
}

const TEXTS = ['actor', 'action', 'app', 'team', 'text'] as const

export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const { page, outcome, from, to } = search
  const texts = TEXTS.map(name => [name, search[name]] as const).filter(([, value]) => isText(value))
  return {
    ...Object.fromEntries(texts),
    ...((outcome === 'done' || outcome === 'refused') && { outcome }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
    ...(typeof page === 'number' && page > 1 && { page: Math.floor(page) }),
  }
}

/** For the API: from the beginning of the first day to the end of the last. */
export function auditFilter({ page: _, from, to, ...rest }: AuditSearch): AuditFilter {
  return {
    ...rest,
    ...(from !== undefined && { from: startOf(from).toISOString() }),
    ...(to !== undefined && { to: endOf(to).toISOString() }),
  }
}

export function exportUrl(filter: AuditFilter, format: 'csv' | 'json'): string {
  return `/api/v1/audit/export?${new URLSearchParams({ ...filter, format })}`
}

export function isFiltered({ page: _, ...filters }: AuditSearch): boolean {
  return Object.keys(filters).length > 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isDay(value: unknown): value is string {
  return isText(value) && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(startOf(value).getTime())
}

/** Without a zone, a date with a time is one of the viewer's zone. */
function startOf(day: string): Date {
  return new Date(`${day}T00:00:00`)
}

function endOf(day: string): Date {
  return new Date(`${day}T23:59:59.999`)
}
