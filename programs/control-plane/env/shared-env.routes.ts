import type { Deployment, SharedEnvChanged } from '@seaworthy/api'
import { type Actor, actorName } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import { type CountedRedeployOptions, redeployCounted } from '../deployments/counted-redeploy.ts'
import { deploymentDocument } from '../deployments/deployment-document.ts'
import type { CallAudit } from '../http/audit-trail.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { appResource } from '../http/request-resource.ts'
import { isoTime } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { changeNotes, importedChange, versionDocument } from './env.routes.ts'
import type { EnvVars } from './env-vars.ts'
import type { ChangedEnv } from './env-versions.ts'
import { parseEnvironment, type SharedEnv, shownEnvironment } from './shared-env.ts'
import type { SharedEnvOwner } from './shared-env-owner.ts'
import { writeDotEnv } from './write-dot-env.ts'

export interface SharedEnvRoutesOptions extends CountedRedeployOptions {
  store: Store
  envVars: EnvVars
  sharedEnv: SharedEnv
}

interface Called {
  team: { id: string }
  params: { environment: string }
  actor: Actor
  audit: CallAudit
}

export function sharedEnvRoutes(options: SharedEnvRoutesOptions): Implementations {
  const { sharedEnv } = options
  return {
    'sharedEnv.list': {
      async answer({ team, actor }) {
        const documents = await sharedEnv.documents(team.id)
        return Promise.all(
          documents.map(async ({ teamId, environment, updatedAt, ...document }) => ({
            ...document,
            environment: shownEnvironment(environment),
            updatedAt: isoTime(updatedAt),
            apps: slugsOf(await visibleApps(options, actor, { teamId, environment })),
          })),
        )
      },
    },
    'sharedEnv.get': {
      async answer(call) {
        const owner = ownerOf(call)
        const apps = slugsOf(await visibleApps(options, call.actor, owner))
        return { environment: call.params.environment, ...(await sharedEnv.describe(owner)), apps }
      },
    },
    'sharedEnv.update': {
      answer: call =>
        changeShared(options, call, call.body.redeploy, (owner, author) =>
          sharedEnv.change(owner, call.body, author),
        ),
    },
    'sharedEnv.import': {
      answer: call =>
        changeShared(options, call, call.body.redeploy, (owner, author) =>
          sharedEnv.change(owner, importedChange(call.body), author),
        ),
    },
    'sharedEnv.restore': {
      answer: call =>
        changeShared(options, call, call.body.redeploy, (owner, author) => {
          const { version, baseVersion } = call.body
          return sharedEnv.restore(owner, {
            version,
            author,
            ...(baseVersion !== undefined && { baseVersion }),
          })
        }),
    },
    'sharedEnv.export': {
      async answer(call) {
        const { version, variables } = await sharedEnv.describe(ownerOf(call))
        return { version, text: writeDotEnv(variables) }
      },
    },
    'sharedEnv.versions': {
      async page(call, page) {
        const { items, total } = await sharedEnv.list(ownerOf(call), page)
        return { items: items.map(versionDocument), total }
      },
    },
    'sharedEnv.version': {
      answer: async call => versionDocument(await sharedEnv.summary(ownerOf(call), call.params.version)),
    },
    'sharedEnv.diff': {
      async answer(call) {
        const { from, to } = call.query
        return { from, to, changes: await sharedEnv.diff(ownerOf(call), from, to) }
      },
    },
  }
}

function ownerOf({ team, params }: Pick<Called, 'team' | 'params'>): SharedEnvOwner {
  return { teamId: team.id, environment: parseEnvironment(params.environment) }
}

/** Says which apps a change reaches. What runs gets it only when that was asked for: one edit must not move them all. */
async function changeShared(
  options: SharedEnvRoutesOptions,
  call: Called,
  redeploy: boolean | undefined,
  change: (owner: SharedEnvOwner, author: string) => Promise<ChangedEnv>,
): Promise<SharedEnvChanged> {
  const owner = ownerOf(call)
  const done = await change(owner, actorName(call.actor))
  if (done.changed.length === 0) call.audit.skip()
  else
    call.audit({
      after: { environment: call.params.environment, version: done.version, changed: done.changed },
    })
  const apps = done.changed.length === 0 ? [] : await visibleApps(options, call.actor, owner)
  const reached = await Promise.all(apps.map(app => reachedApp(options, app, done.changed)))
  return {
    version: done.version,
    changed: done.changed,
    notes: changeNotes(done),
    apps: reached,
    deployments: redeploy ? await redeployAll(options, call.actor, apps) : [],
  }
}

/** A token that is limited to apps learns of no other. */
async function visibleApps(
  { sharedEnv }: SharedEnvRoutesOptions,
  actor: Actor,
  owner: SharedEnvOwner,
): Promise<AppRow[]> {
  return (await sharedEnv.apps(owner)).filter(app => can(actor, 'app:read', appResource(app)))
}

async function reachedApp({ envVars }: SharedEnvRoutesOptions, app: AppRow, changed: readonly string[]) {
  const { variables } = await envVars.describe(app)
  const overrides = changed.filter(key => Object.hasOwn(variables, key) && variables[key]!.from === 'app')
  return { slug: app.slug, environment: app.environment, overrides }
}

/** Those that the actor may deploy; an app without a release has nothing to be deployed anew. */
async function redeployAll(
  options: SharedEnvRoutesOptions,
  actor: Actor,
  apps: readonly AppRow[],
): Promise<Deployment[]> {
  const documents: Deployment[] = []
  for (const app of apps) {
    if (!can(actor, 'app:deploy', appResource(app))) continue
    const row = await redeployCounted(options, { app, actor, reason: 'env' })
    if (row) documents.push(await deploymentDocument(options.store.db, row))
  }
  return documents
}

function slugsOf(apps: readonly AppRow[]): string[] {
  return apps.map(({ slug }) => slug)
}
