/**
 * Traffic settings as a form has them (text in every field, a row for every rule), and back. Pure. What the form does not
 * show of a rule is kept beside it, so that saving loses nothing.
 */
import type { CallOptions } from '@seaworthy/api/client'
import type { Traffic } from '../api/sight-queries.ts'

export type TrafficPatch = CallOptions<'traffic.update'>['body']
export type TrafficKey = keyof TrafficPatch
type Settings = { [Key in TrafficKey]?: NonNullable<TrafficPatch[Key]> }
export type Source = Traffic['settings'][number]['from']

/** A rule in a row; `rest` is what the row has no field for. */
export type Row = Readonly<Record<string, string>> & { readonly id: string }

export interface AuthForm {
  id: string
  path: string
  realm: string
  users: readonly { id: string; name: string; password: string; known: boolean }[]
}

export interface TrafficForm {
  headers: readonly Row[]
  csp: { mode: string; policy: string }
  limits: Readonly<Record<LimitField, string>>
  pathLimits: readonly Row[]
  access: { allow: string; deny: string; basicAuth: readonly AuthForm[] }
  redirects: readonly Row[]
  rewrites: readonly Row[]
  routes: readonly Row[]
  cache: readonly Row[]
  compression: boolean
  sticky: { on: boolean; cookie: string; maxAgeSeconds: string }
  calls: string
}

export const LIMIT_FIELDS = [
  'requestsPerMinutePerIp',
  'concurrentRequests',
  'queueRequests',
  'queueSeconds',
  'concurrentRequestsPerIp',
  'connectionsPerIp',
  'bodyMb',
  'headerKb',
  'idleSeconds',
  'totalSeconds',
] as const
export type LimitField = (typeof LIMIT_FIELDS)[number]

const PLAIN_LIMITS = LIMIT_FIELDS.filter(
  (field): field is Exclude<LimitField, 'queueRequests' | 'queueSeconds'> => !field.startsWith('queue'),
)
const PATH_LIMITS = ['requestsPerMinutePerIp', 'concurrentRequests', 'bodyMb'] as const
const CACHE_SECONDS = ['defaultSeconds', 'staleWhileRevalidateSeconds', 'staleIfErrorSeconds'] as const

/** The keys that the form shows, in its order. */
export const FORM_KEYS = [
  'headers',
  'csp',
  'limits',
  'access',
  'redirects',
  'rewrites',
  'routes',
  'cache',
  'compression',
  'sticky',
  'calls',
] as const satisfies readonly TrafficKey[]
export type FormKey = (typeof FORM_KEYS)[number]

let lastId = 0

/** A row that was not there before. */
export function newRow(fields: Readonly<Record<string, string>>): Row {
  return { ...fields, id: String(++lastId) }
}

export function formOf({ settings }: Pick<Traffic, 'settings'>): TrafficForm {
  const values = Object.fromEntries(settings.map(({ key, value }) => [key, value ?? undefined])) as Settings
  const { headers, csp, limits, access, redirects, rewrites, routes, cache, sticky, calls } = values
  const isOwnPolicy = settings.find(({ key }) => key === 'csp')?.from !== 'default'
  return {
    headers: Object.entries(headers ?? {}).map(([name, value]) => newRow({ name, value })),
    csp: { mode: csp?.mode ?? 'report-only', policy: (isOwnPolicy && csp?.policy) || '' },
    limits: limitsForm(limits),
    pathLimits: Object.entries(limits?.paths ?? {}).map(([path, bounds]) => pathRow(path, bounds)),
    access: accessForm(access),
    redirects: (redirects ?? []).map(({ from, to, status, host }) =>
      newRow({ from, to, status: String(status ?? 302), host: host ?? '' }),
    ),
    rewrites: (rewrites ?? []).map(({ from, to }) => newRow({ from, to })),
    routes: Object.entries(routes ?? {}).map(([path, { process, app, stripPrefix }]) =>
      newRow({
        path,
        kind: app === undefined ? 'process' : 'app',
        target: process ?? app ?? '',
        strip: stripPrefix ? 'yes' : 'no',
      }),
    ),
    cache: (cache ?? []).map(cacheRow),
    compression: values.compression ?? true,
    sticky: {
      on: sticky !== undefined,
      cookie: sticky?.cookie ?? '',
      maxAgeSeconds: text(sticky?.maxAgeSeconds),
    },
    calls: (calls ?? []).join('\n'),
  }
}

/** What of the form is otherwise than it was, as the API takes it; null gives a key back to the release. */
export function patchOf(form: TrafficForm, before: TrafficForm, traffic: Traffic): TrafficPatch {
  const now = settingsOf(form)
  const then = settingsOf(before)
  const changed = FORM_KEYS.filter(key => JSON.stringify(now[key]) !== JSON.stringify(then[key]))
  return Object.fromEntries(changed.map(key => [key, worthOf(key, now, sourceOf(traffic, key))]))
}

export function sourceOf({ settings }: Pick<Traffic, 'settings'>, key: FormKey): Source {
  return settings.find(each => each.key === key)?.from ?? 'default'
}

/** Nothing left of an own setting: the release's counts again. Nothing instead of the release's: it is said so. */
function worthOf(key: FormKey, now: Settings, from: Source): unknown {
  const value = now[key]
  const isEmpty = value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
  if (!isEmpty) return value
  return from === 'release' ? (value ?? null) : null
}

/** The whole form as settings. Numbers that are none go out as they are typed, so that the API says what is wrong. */
export function settingsOf(form: TrafficForm): Settings {
  const sticky = stickyOf(form.sticky)
  return {
    headers: Object.fromEntries(filled(form.headers, 'name').map(({ name, value }) => [name!, value ?? ''])),
    csp: {
      mode: form.csp.mode as 'enforce',
      ...(form.csp.policy.trim() && { policy: form.csp.policy.trim() }),
    },
    limits: limitsOf(form),
    access: accessOf(form.access),
    redirects: filled(form.redirects, 'from').map(({ from, to, status, host }) => ({
      from: from!,
      to: to!,
      status: Number(status) as 302,
      ...(host && { host }),
    })),
    rewrites: filled(form.rewrites, 'from').map(({ from, to }) => ({ from: from!, to: to! })),
    routes: Object.fromEntries(
      filled(form.routes, 'path').map(({ path, kind, target, strip }) => [
        path!,
        { [kind!]: target!, ...(strip === 'yes' && { stripPrefix: true }) },
      ]),
    ),
    cache: filled(form.cache, 'path').map(cacheRule),
    compression: form.compression,
    ...(sticky && { sticky }),
    calls: lines(form.calls),
  }
}

type Limits = NonNullable<TrafficPatch['limits']>

function limitsForm(limits: Settings['limits']): TrafficForm['limits'] {
  const plain = PLAIN_LIMITS.map(field => [field, text(limits?.[field])])
  return {
    ...Object.fromEntries(plain),
    queueRequests: text(limits?.queue?.maxRequests),
    queueSeconds: text(limits?.queue?.waitSeconds),
  }
}

function limitsOf({ limits, pathLimits }: TrafficForm): Limits {
  const plain = PLAIN_LIMITS.filter(field => limits[field].trim() !== '')
  const paths = filled(pathLimits, 'path').map(row => [row.path, pathBounds(row)])
  const hasQueue = limits.queueRequests.trim() !== '' || limits.queueSeconds.trim() !== ''
  return {
    ...Object.fromEntries(plain.map(field => [field, number(limits[field])])),
    ...(hasQueue && {
      queue: { maxRequests: number(limits.queueRequests), waitSeconds: number(limits.queueSeconds) },
    }),
    ...(paths.length > 0 && { paths: Object.fromEntries(paths) }),
  }
}

function pathRow(path: string, bounds: Readonly<Record<string, unknown>>): Row {
  const shown = PATH_LIMITS.map(field => [field, text(bounds[field] as number | undefined)])
  const rest = Object.entries(bounds).filter(([field]) => !PATH_LIMITS.some(each => each === field))
  return newRow({ path, ...Object.fromEntries(shown), rest: JSON.stringify(Object.fromEntries(rest)) })
}

function pathBounds(row: Row): Record<string, unknown> {
  const given = PATH_LIMITS.filter(field => (row[field] ?? '').trim() !== '')
  return { ...restOf(row), ...Object.fromEntries(given.map(field => [field, number(row[field]!)])) }
}

type CacheRule = NonNullable<TrafficPatch['cache']>[number]

function cacheRow({ path, store, clientCacheControl, ...seconds }: CacheRule): Row {
  return newRow({
    path,
    store: store === false ? 'no' : 'yes',
    ...Object.fromEntries(CACHE_SECONDS.map(field => [field, text(seconds[field])])),
    clientCacheControl: clientCacheControl ?? '',
  })
}

function cacheRule(row: Row): CacheRule {
  const given = CACHE_SECONDS.filter(field => (row[field] ?? '').trim() !== '')
  return {
    path: row.path!,
    ...(row.store === 'no' && { store: false }),
    ...Object.fromEntries(given.map(field => [field, number(row[field]!)])),
    ...(row.clientCacheControl && { clientCacheControl: row.clientCacheControl }),
  }
}

type Access = NonNullable<TrafficPatch['access']>

function accessForm(access: Settings['access']): TrafficForm['access'] {
  return {
    allow: (access?.allow ?? []).join('\n'),
    deny: (access?.deny ?? []).join('\n'),
    basicAuth: (access?.basicAuth ?? []).map(({ path, realm, users }) => ({
      id: String(++lastId),
      path: path ?? '/',
      realm: realm ?? '',
      users: users.map(({ name }) => ({ id: String(++lastId), name, password: '', known: true })),
    })),
  }
}

export function newAuth(): AuthForm {
  return { id: String(++lastId), path: '/', realm: '', users: [newUser()] }
}

export function newUser(): AuthForm['users'][number] {
  return { id: String(++lastId), name: '', password: '', known: false }
}

/** Users without a password keep the one that they have. */
function accessOf({ allow, deny, basicAuth }: TrafficForm['access']): Access {
  const allowed = lines(allow)
  const denied = lines(deny)
  return {
    ...(allowed.length > 0 && { allow: allowed }),
    ...(denied.length > 0 && { deny: denied }),
    ...(basicAuth.length > 0 && {
      basicAuth: basicAuth.map(({ path, realm, users }) => ({
        path: path.trim() || '/',
        ...(realm.trim() && { realm: realm.trim() }),
        users: users
          .filter(({ name }) => name.trim() !== '')
          .map(({ name, password }) => ({ name: name.trim(), ...(password && { password }) })),
      })),
    }),
  }
}

function stickyOf({ on, cookie, maxAgeSeconds }: TrafficForm['sticky']): Settings['sticky'] {
  if (!on) return undefined
  return {
    ...(cookie.trim() && { cookie: cookie.trim() }),
    ...(maxAgeSeconds.trim() && { maxAgeSeconds: number(maxAgeSeconds) }),
  }
}

/** Rows that nobody has begun to fill are not there. */
function filled(rows: readonly Row[], field: string): readonly Row[] {
  return rows.filter(row => (row[field] ?? '').trim() !== '')
}

function restOf({ rest }: Row): Record<string, unknown> {
  return rest ? JSON.parse(rest) : {}
}

function lines(value: string): string[] {
  return value.split(/[\s,]+/).filter(line => line !== '')
}

function number(value: string): number {
  const parsed = Number(value)
  return Number.isFinite(parsed) ? parsed : (value as unknown as number)
}

function text(value: number | undefined): string {
  return value === undefined ? '' : String(value)
}
