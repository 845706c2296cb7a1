import {
  type AccessSettings,
  type GivenTraffic,
  type MaintenanceSettings,
  maintenanceSchema,
  type TrafficPatch,
  type TrafficSettings,
  trafficSettingsSchema,
} from '@seaworthy/routes/settings'
import { actorName } from '../access/actor.ts'
import type { Events } from '../events/events.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { OwnTraffic } from './app-traffic.ts'
import { hashPasswords } from './basic-auth-passwords.ts'
import { effectiveSettings } from './effective-traffic.ts'
import { trafficErrors } from './errors.ts'
import { addressWithin, askThroughEdge } from './header-check.ts'
import { scoreHeaders } from './header-score.ts'
import { auditFacts, TrafficView, type TrafficViewOptions } from './traffic-view.ts'

export interface TrafficRoutesOptions extends TrafficViewOptions {
  publisher: Pick<RoutePublisher, 'publish'>
  events: Events
  /** Where the edge listens on this machine. */
  edgePort: number
  /** Where an app answers. */
  appUrl: (slug: string) => string
}

export function trafficRoutes(options: TrafficRoutesOptions): Implementations {
  const { appTraffic, publisher, events } = options
  const view = new TrafficView(options)
  return {
    'traffic.get': {
      answer: async ({ app }) => view.show(app, { own: await appTraffic.own(app.id) }),
    },
    'traffic.replace': {
      answer: call => changeTraffic(options, view, call, (_, access) => withHashes(call.body, access)),
    },
    'traffic.update': {
      answer: call =>
        changeTraffic(options, view, call, (present, access) => patched(call.body, present, access)),
    },
    'traffic.headers': { answer: call => checkHeaders(options, view, call) },
    'maintenance.set': {
      async answer({ app, body, actor, audit }) {
        requireAppCan('update', app)
        const { before, after } = await appTraffic.change(app, ({ settings, maintenance }) => ({
          settings,
          maintenance: nextMaintenance(body, maintenance),
        }))
        await publisher.publish()
        audit({ before: { maintenance: before.maintenance }, after: { maintenance: after.maintenance } })
        const data = { on: body.on, actor: actorName(actor) }
        await events.append({ appId: app.id, type: 'maintenance:changed', data })
        return view.show(app, { own: after })
      },
    },
  }
}

type ChangeCall = Call<'traffic.replace'> | Call<'traffic.update'>

async function changeTraffic(
  { appTraffic, publisher, events }: TrafficRoutesOptions,
  view: TrafficView,
  { app, query, actor, audit }: ChangeCall,
  settle: (present: TrafficSettings, access: AccessSettings | undefined) => Promise<TrafficSettings>,
) {
  requireAppCan('update', app)
  const present = await appTraffic.own(app.id)
  // Hashing takes its time, so it is done before others have to wait; what came between is found by the version.
  const release = await view.releaseOf(app)
  const settings = await settle(present.settings, present.settings.access ?? release?.access)
  if (query.preview === 'true') {
    const own: OwnTraffic = { ...present, settings }
    return view.show(app, { own, before: present, preview: true })
  }
  const { before, after } = await appTraffic.change(app, ({ maintenance }) => ({ settings, maintenance }), {
    baseVersion: query.baseVersion ?? present.version,
  })
  await publisher.publish()
  audit({ before: auditFacts(before), after: auditFacts(after) })
  const shown = await view.show(app, { own: after, before })
  const keys = shown.changes?.map(({ key }) => key) ?? []
  await events.append({
    appId: app.id,
    type: 'traffic:changed',
    data: { version: after.version, keys, actor: actorName(actor) },
  })
  return shown
}

/** Rejects with `password_missing` for a user who has none. */
async function withHashes(
  { access, ...rest }: GivenTraffic,
  present: AccessSettings | undefined,
): Promise<TrafficSettings> {
  if (!access) return trafficSettingsSchema.parse(rest)
  const hashed = await hashPasswords(access, present)
  const [first] = hashed.missing
  if (first) {
    const errors = hashed.missing.map(({ path, name }) => ({
      path: ['access', ...path].join('.'),
      message: `user ${name} has no password yet: give one`,
    }))
    throw trafficErrors.password_missing({ name: first.name }, { errors })
  }
  return trafficSettingsSchema.parse({ ...rest, access: hashed.access })
}

async function patched(
  patch: TrafficPatch,
  present: TrafficSettings,
  access: AccessSettings | undefined,
): Promise<TrafficSettings> {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined)
  const kept = Object.fromEntries(Object.entries(present).filter(([key]) => !(key in patch)))
  const set = Object.fromEntries(given.filter(([, value]) => value !== null)) as GivenTraffic
  return { ...(kept as TrafficSettings), ...(await withHashes(set, access)) }
}

/** What is not said stays as it was while the app is closed already. */
function nextMaintenance(
  { on, ...given }: Call<'maintenance.set'>['body'],
  present: MaintenanceSettings | null,
): MaintenanceSettings | null {
  return on ? maintenanceSchema.parse({ ...present, ...given }) : null
}

async function checkHeaders(
  { appTraffic, edgePort, appUrl }: TrafficRoutesOptions,
  view: TrafficView,
  { app, query }: Call<'traffic.headers'>,
) {
  const release = await view.releaseOf(app)
  if (!release) throw trafficErrors.never_live({ slug: app.slug })
  const url = addressWithin(appUrl(app.slug), query.path ?? '/')
  const answer = await askThroughEdge({
    port: edgePort,
    host: url.host,
    path: `${url.pathname}${url.search}`,
  }).catch(cause => {
    throw trafficErrors.no_answer({ slug: app.slug, reason: (cause as Error).message }, { cause })
  })
  const own = await appTraffic.own(app.id)
  const https = effectiveSettings({ own: own.settings, release }).find(({ key }) => key === 'https')
  const secured = (await view.domainsOf(app)).flatMap(domain => domain.https ?? [])
  const hsts = (https?.value as TrafficSettings['https'])?.hsts?.maxAgeSeconds
  const hstsMaxAgeSeconds = hsts ?? Math.max(0, ...secured.map(rule => rule.hstsMaxAgeSeconds))
  const score = scoreHeaders({ headers: answer.headers, https: secured.length > 0, hstsMaxAgeSeconds })
  return { url: url.href, status: answer.status, ...score, headers: answer.headers }
}
