import type { EnvChanged, EnvVersion } from '@seaworthy/api'
import { deploymentDocument } from '../deployments/deployment-document.ts'
import { type FindApp, requireAppCan } from '../http/app-access.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { actorName } from '../http/policy.ts'
import type { Deployments } from '../http/ports.ts'
import { isoTime } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import { parseDotEnv } from './dot-env.ts'
import type { EnvChange, EnvVars, EnvVersionSummary } from './env-vars.ts'

export interface EnvRoutesOptions {
  store: Store
  findApp: FindApp
  envVars: EnvVars
  deployments: Pick<Deployments, 'redeploy'>
}

export function envRoutes(options: EnvRoutesOptions): Implementations {
  const { findApp, envVars } = options
  return {
    'env.get': { answer: async ({ params }) => envVars.describe((await findApp(params.slug)).id) },
    'env.update': {
      answer: ({ params, body, actor }) =>
        changeEnv(options, { slug: params.slug, change: body, author: actorName(actor) }),
    },
    'env.import': {
      async answer({ params, body, actor }) {
        const change = { set: imported(body) }
        return changeEnv(options, { slug: params.slug, change, author: actorName(actor) })
      },
    },
    'env.versions': {
      async page({ params }, page) {
        const app = await findApp(params.slug)
        const { items, total } = await envVars.listVersions(app.id, page)
        return { items: items.map(versionDocument), total }
      },
    },
  }
}

/** What runs gets a changed env with a new release; an app without one gets it with its first. */
async function changeEnv(
  { store, findApp, envVars, deployments }: EnvRoutesOptions,
  { slug, change, author }: { slug: string; change: EnvChange; author: string },
): Promise<EnvChanged> {
  const app = await findApp(slug)
  requireAppCan('changeEnv', app)
  const { version, changed } = await envVars.change(app.id, change, author)
  const row =
    changed.length === 0 ? undefined : await deployments.redeploy({ app, reason: 'env', actor: author })
  return { version, changed, deployment: row ? await deploymentDocument(store.db, row) : null }
}

/** Without `secret`, a variable that is a secret stays one. */
function imported({
  text,
  secret,
}: {
  text: string
  secret?: boolean | undefined
}): NonNullable<EnvChange['set']> {
  const entries = [...parseDotEnv(text)].map(([key, value]) => [key, { value, secret }])
  return Object.fromEntries(entries)
}

function versionDocument({ version, author, keys, createdAt }: EnvVersionSummary): EnvVersion {
  return { version, author, keys, createdAt: isoTime(createdAt) }
}
