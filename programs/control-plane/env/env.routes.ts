import type { EnvChanged, EnvVersion } from '@seaworthy/api'
import { actorName } from '../access/actor.ts'
import { deploymentDocument } from '../deployments/deployment-document.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { Deployments } from '../http/ports.ts'
import { isoTime } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { parseDotEnv } from './dot-env.ts'
import type { EnvChange, EnvVars, EnvVersionSummary } from './env-vars.ts'

export interface EnvRoutesOptions {
  store: Store
  envVars: EnvVars
  deployments: Pick<Deployments, 'redeploy'>
}

export function envRoutes(options: EnvRoutesOptions): Implementations {
  const { envVars } = options
  return {
    'env.get': { answer: ({ app }) => envVars.describe(app.id) },
    'env.update': {
      answer: ({ app, body, actor }) => changeEnv(options, { app, change: body, author: actorName(actor) }),
    },
    'env.import': {
      async answer({ app, body, actor }) {
        const change = { set: imported(body) }
        return changeEnv(options, { app, change, author: actorName(actor) })
      },
    },
    'env.versions': {
      async page({ app }, page) {
        const { items, total } = await envVars.listVersions(app.id, page)
        return { items: items.map(versionDocument), total }
      },
    },
  }
}

/** What runs gets a changed env with a new release; an app without one gets it with its first. */
async function changeEnv(
  { store, envVars, deployments }: EnvRoutesOptions,
  { app, change, author }: { app: AppRow; change: EnvChange; author: string },
): Promise<EnvChanged> {
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
