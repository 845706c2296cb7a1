/** What changed, as a person reads it over a chart. Pure. */
import type { TimelineEntry, TimelineKind } from '@seaworthy/api'
import { isoTime } from '../http/times.ts'
import type { AuditEntryRow, DeploymentRow, EnvVersionRow, EventRow } from '../store/schema.ts'

type Sketch = Pick<TimelineEntry, 'kind' | 'tone' | 'title'>
type Facts = Record<string, unknown>

/** A deployment, at the moment that it changed what serves. */
export function deploymentEntry(
  row: Pick<
    DeploymentRow,
    | 'number'
    | 'state'
    | 'reason'
    | 'error_message'
    | 'created_by'
    | 'created_at'
    | 'switched_at'
    | 'finished_at'
  >,
  release: number | null,
): TimelineEntry {
  return {
    at: isoTime(row.switched_at ?? row.finished_at ?? row.created_at),
    ...deploymentSketch(row, release),
    by: row.created_by,
    deployment: row.number,
    release,
    source: 'deployment',
    data: { state: row.state, reason: row.reason },
  }
}

/** An event; undefined for what other entries tell already. */
export function eventEntry({ type, data_json, created_at }: EventRow): TimelineEntry | undefined {
  if (TOLD_ELSEWHERE.has(type)) return undefined
  const data = JSON.parse(data_json) as Facts
  return {
    at: isoTime(created_at),
    ...eventSketch(type, data),
    by: textOf(data.actor),
    deployment: numberOf(data.deployment),
    release: numberOf(data.release),
    source: 'event',
    data,
  }
}

/**
 * A change of the variables.
 * @param before document of the version before; undefined for the first one
 */
export function envEntry(
  row: Pick<EnvVersionRow, 'version' | 'document_json' | 'author' | 'created_at'>,
  before: string | undefined,
): TimelineEntry {
  const keys = changedKeys(before, row.document_json)
  return {
    at: isoTime(row.created_at),
    kind: 'env',
    tone: 'neutral',
    title: `Variables were changed${keysText(keys)}`,
    by: row.author,
    ...{ deployment: null, release: null, source: 'event' as const },
    data: { version: row.version, keys },
  }
}

/** Names alone: values are for who may read them. A secret that was sealed anew counts as changed. */
function changedKeys(before: string | undefined, after: string): string[] {
  const [old, fresh] = [before ?? '{}', after].map(text => JSON.parse(text) as Record<string, unknown>)
  const names = new Set([...Object.keys(old!), ...Object.keys(fresh!)])
  return [...names].filter(name => JSON.stringify(old![name]) !== JSON.stringify(fresh![name])).sort()
}

/** Actions that leave an audit entry and no event. */
export const AUDITED_ACTIONS = ['app:update', 'app:transfer', 'app:run', 'grant:write'] as const

export function auditEntry(
  { action, at, after_json }: Pick<AuditEntryRow, 'action' | 'at' | 'after_json'>,
  by: string | null,
): TimelineEntry {
  const sketch = AUDITED[action] ?? { kind: 'other', tone: 'neutral', title: action }
  const data = after_json === null ? null : parsed(after_json)
  return { at: isoTime(at), ...sketch, by, deployment: null, release: null, source: 'audit', data }
}

/** Deployments, versions of the env and audit entries tell more of the same. */
const TOLD_ELSEWHERE = new Set(['deployment:succeeded', 'deployment:failed', 'env:changed', 'app:updated'])

const DEPLOYMENT_KINDS: Record<DeploymentRow['reason'], TimelineKind> = {
  deploy: 'deployment',
  rollback: 'rollback',
  env: 'env',
  settings: 'settings',
  restart: 'restart',
}

function deploymentSketch(
  row: Pick<DeploymentRow, 'number' | 'state' | 'reason' | 'error_message'>,
  release: number | null,
): Sketch {
  const kind = DEPLOYMENT_KINDS[row.reason]
  const what = release === null ? `Deployment ${row.number}` : `Release v${release}`
  if (row.state === 'failed') {
    const why = row.error_message === null ? '' : `: ${row.error_message}`
    return { kind, tone: 'bad', title: `Deployment ${row.number} failed${why}` }
  }
  if (row.state === 'cancelled')
    return { kind, tone: 'neutral', title: `Deployment ${row.number} was cancelled` }
  if (row.state !== 'succeeded')
    return { kind, tone: 'neutral', title: `${what} is on its way (${row.state})` }
  return { kind, tone: 'good', title: `${what} ${LIVE_WORDS[row.reason]}` }
}

const LIVE_WORDS: Record<DeploymentRow['reason'], string> = {
  deploy: 'went live',
  rollback: 'brought an earlier one back',
  env: 'went live with new variables',
  settings: 'went live with new settings',
  restart: 'was started afresh',
}

const AUDITED: Record<string, Sketch> = {
  'app:update': { kind: 'settings', tone: 'neutral', title: 'Settings were changed' },
  'app:transfer': { kind: 'access', tone: 'neutral', title: 'The app was handed to another team' },
  'app:run': { kind: 'other', tone: 'neutral', title: 'A command was run' },
  'grant:write': { kind: 'access', tone: 'neutral', title: 'Who may do what was changed' },
}

const TITLES: Record<string, Sketch | ((data: Facts) => Sketch)> = {
  'app:created': { kind: 'other', tone: 'good', title: 'The app was made' },
  'app:scaled': data => ({ kind: 'scale', tone: 'neutral', title: `Scaled to ${scaleText(data.scale)}` }),
  'app:slept': { kind: 'sleep', tone: 'neutral', title: 'Fell asleep: nobody asked for it' },
  'app:woke': { kind: 'wake', tone: 'good', title: 'Woke up' },
  'app:stopped': { kind: 'sleep', tone: 'neutral', title: 'Stopped, until somebody starts it' },
  'app:started': { kind: 'wake', tone: 'good', title: 'Started again' },
  'app:wake-failed': data => ({ kind: 'wake', tone: 'bad', title: `Did not wake up: ${data.reason}` }),
  'app:crash-looping': data => ({
    kind: 'crash',
    tone: 'bad',
    title: `Stopped after one crash too many: ${data.reason}`,
  }),
  'app:deleted': { kind: 'other', tone: 'neutral', title: 'Put in the trash' },
  'app:restored': { kind: 'other', tone: 'good', title: 'Taken out of the trash' },
  'instance:crashed': crashSketch,
  'instance:replaced': data => ({
    kind: 'restart',
    tone: data.reason === 'liveness' ? 'bad' : 'neutral',
    title: capital(sentenceOf(data) ?? `${data.process} was replaced by a fresh instance`),
  }),
  'instance:limited': data => ({
    kind: 'limit',
    tone: 'bad',
    title: sentenceOf(data) ?? `${data.process} ran into a limit`,
  }),
  'volume:trashed': data => ({
    kind: 'other',
    tone: 'neutral',
    title:
      data.cause === 'manifest'
        ? `Volume ${data.volume} went to the trash: no release names it any more`
        : `Volume ${data.volume} was put in the trash`,
  }),
  'volume:restored': data => ({
    kind: 'other',
    tone: 'good',
    title: `Volume ${data.volume} was taken out of the trash`,
  }),
  'limits:changed': { kind: 'limit', tone: 'neutral', title: 'Limits were changed' },
  'maintenance:changed': data => ({
    kind: 'settings',
    tone: 'neutral',
    title: data.on === true ? 'Maintenance began' : 'Maintenance ended',
  }),
  'traffic:changed': data => ({
    kind: 'settings',
    tone: 'neutral',
    title: `Traffic settings were changed${keysText(data.keys)}`,
  }),
  'approval:requested': data => ({
    kind: 'deployment',
    tone: 'neutral',
    title: `Deployment ${data.deployment} waits for an approval`,
  }),
  'approval:given': data => ({
    kind: 'deployment',
    tone: 'good',
    title: `Deployment ${data.deployment} was approved by ${data.actor}`,
  }),
  'approval:refused': data => ({
    kind: 'deployment',
    tone: 'bad',
    title: `Deployment ${data.deployment} was refused by ${data.actor}: ${data.reason}`,
  }),
  'approval:expired': data => ({
    kind: 'deployment',
    tone: 'bad',
    title: `Nobody approved deployment ${data.deployment} in time`,
  }),
  'approval:changed': data => ({
    kind: 'access',
    tone: 'neutral',
    title:
      data.required === true
        ? `Deployments wait for an approval from now on (${data.role})`
        : 'Deployments wait for no approval any more',
  }),
  'deployment:rescheduled': data => ({
    kind: 'deployment',
    tone: 'neutral',
    title: `Deployment ${data.deployment} got another time`,
  }),
  'canary:started': data => ({
    kind: 'deployment',
    tone: 'neutral',
    title: `Release v${data.release} is on trial with ${data.percent} %`,
  }),
  'canary:promoted': data => ({
    kind: 'deployment',
    tone: 'good',
    title: `Release v${data.release} passed its trial`,
  }),
  'canary:aborted': data => ({
    kind: 'deployment',
    tone: 'bad',
    title: `The trial of release v${data.release} was ended: ${data.reason}`,
  }),
  'route:refused': data => ({
    kind: 'other',
    tone: 'bad',
    title: `The edge refused its route: ${data.reason}`,
  }),
  'domain:added': data => ({ kind: 'domain', tone: 'good', title: `${data.host} was added` }),
  'domain:removed': data => ({ kind: 'domain', tone: 'neutral', title: `${data.host} was removed` }),
  'domain:lost': data => ({ kind: 'domain', tone: 'bad', title: `${data.host} went to another app` }),
  'certificate:issued': data => ({
    kind: 'certificate',
    tone: 'good',
    title: `${data.host} got its certificate`,
  }),
  'certificate:renewed': data => ({
    kind: 'certificate',
    tone: 'good',
    title: `The certificate of ${data.host} was renewed`,
  }),
  'certificate:failed': data => ({
    kind: 'certificate',
    tone: 'bad',
    title: `${data.host} got no certificate: ${data.message}`,
  }),
}

/** Also of types that are younger than this list: their first word tells the kind. */
const KINDS_BY_PREFIX: Record<string, TimelineKind> = {
  domain: 'domain',
  certificate: 'certificate',
  limit: 'limit',
  quota: 'limit',
  deployment: 'deployment',
  canary: 'deployment',
  instance: 'crash',
}

function eventSketch(type: string, data: Facts): Sketch {
  const known = TITLES[type]
  if (typeof known === 'function') return known(data)
  if (known) return known
  const [subject = '', what = ''] = type.split(':')
  const isBad = /fail|lost|refused|expir|exceed|hit|crash/.test(what)
  const host = textOf(data.host)
  const title = `${host ?? capital(subject)}: ${what.replaceAll('-', ' ')}`
  return { kind: KINDS_BY_PREFIX[subject] ?? 'other', tone: isBad ? 'bad' : 'neutral', title }
}

/** As it was told then, without its full stop. */
function sentenceOf({ sentence }: Facts): string | undefined {
  return typeof sentence === 'string' ? sentence.replace(/\.$/, '') : undefined
}

function crashSketch(data: Facts): Sketch {
  const { process, exit } = data
  const sentence = sentenceOf(data)
  const isMemory = data.reason === 'out-of-memory'
  if (sentence) return { kind: isMemory ? 'out-of-memory' : 'crash', tone: 'bad', title: sentence }
  const { oomKilled, code, signal } = (exit ?? {}) as { oomKilled?: boolean; code?: number; signal?: string }
  if (oomKilled === true)
    return { kind: 'out-of-memory', tone: 'bad', title: `${process} ran out of memory and was ended` }
  const how = signal ? `by ${signal}` : code == null ? '' : `with code ${code}`
  return { kind: 'crash', tone: 'bad', title: `${process} crashed ${how}`.trimEnd() }
}

function scaleText(scale: unknown): string {
  return Object.entries((scale ?? {}) as Record<string, number>)
    .map(([process, count]) => `${process}=${count}`)
    .join(' ')
}

function keysText(keys: unknown): string {
  if (!Array.isArray(keys) || keys.length === 0) return ''
  const shown = keys.slice(0, 5).join(', ')
  return `: ${shown}${keys.length > 5 ? ` and ${keys.length - 5} more` : ''}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function numberOf(value: unknown): number | null {
  return Number.isInteger(value) ? (value as number) : null
}

/** What somebody has tampered with may be no JSON any more. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
