import type { App } from '@seaworthy/api'
import type { Actor } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import { appDocuments } from '../apps/app-document.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { httpErrors } from '../http/errors.ts'
import { STANDING } from '../quotas/quota-usage.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Store } from '../store/database.ts'
import type { TeamRow } from '../store/schema.ts'
import { transferApp } from './app-transfer.ts'
import type { Grants } from './grants.ts'
import { grantDocument } from './team-document.ts'
import { personTarget } from './teams.routes.ts'

export interface GrantsRoutesOptions {
  store: Store
  grants: Grants
  quotas: Pick<Quotas, 'hold'>
  appUrl: (slug: string) => string
}

export function grantsRoutes(options: GrantsRoutesOptions): Implementations {
  const { grants } = options
  return {
    'grants.list': { answer: async ({ app }) => (await grants.list(app.id)).map(grantDocument) },
    'grants.set': {
      async answer({ app, params, body, audit }) {
        const { before, grant } = await grants.set({ app, person: params.person, role: body.role })
        audit({ before: { role: before }, after: { role: grant.role, person: personTarget(grant) } })
        return grantDocument(grant)
      },
    },
    'grants.remove': {
      async answer({ app, params, audit }) {
        const grant = await grants.remove({ app, person: params.person })
        audit({ before: { role: grant.role, person: personTarget(grant) } })
        return { removed: true }
      },
    },
    'apps.transfer': { answer: call => transfer(options, call) },
  }
}

/** The path has let the actor at the app; the team that gets it is asked about here. */
async function transfer(
  { store, quotas, appUrl }: GrantsRoutesOptions,
  { app, body, actor, audit }: Call<'apps.transfer'>,
): Promise<App> {
  const to = await store.db.selectFrom('teams').selectAll().where('slug', '=', body.team).executeTakeFirst()
  if (!to) throw httpErrors.team_not_found({ team: body.team })
  requireReceiving(actor, to)
  const received = { team_id: to.id, made_by: app.made_by }
  const moved = await transferApp(store, {
    app,
    to,
    now: Date.now(),
    change: work => quotas.hold(received, STANDING, work),
  })
  audit({ before: { team: app.team_id }, after: { team: to.id } })
  return (await appDocuments(store.db, [moved], { actor, appUrl }))[0]!
}

function requireReceiving(actor: Actor, to: TeamRow): void {
  const team = { kind: 'team' as const, teamId: to.id }
  if (!can(actor, 'team:read', team)) throw httpErrors.team_not_found({ team: to.slug })
  if (!can(actor, 'app:receive', team))
    throw httpErrors.not_allowed({ reason: `taking an app into ${to.slug} needs the role admin there.` })
}
