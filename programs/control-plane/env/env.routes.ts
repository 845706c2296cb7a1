import type { EnvChanged, EnvVersion } from '@seaworthy/api'
import { MIN_REDACTED_CHARACTERS } from '@seaworthy/telemetry'
import { actorName } from '../access/actor.ts'
import {
  type CountedRedeployOptions,
  redeployCounted,
  requireDeployment,
} from '../deployments/counted-redeploy.ts'
import { deploymentDocument } from '../deployments/deployment-document.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import { parseDotEnv } from './dot-env.ts'
import type { EnvChange } from './env-change.ts'
import type { EnvVars } from './env-vars.ts'
import type { ChangedEnv, EnvVersionSummary } from './env-versions.ts'
import type { SecretReaders } from './secret-readers.ts'
import { namedVersions } from './shared-env.ts'
import { writeDotEnv } from './write-dot-env.ts'

export interface EnvRoutesOptions extends CountedRedeployOptions {
  store: Store
  envVars: EnvVars
  secretReaders: SecretReaders
}

export function envRoutes(options: EnvRoutesOptions): Implementations {
  const { envVars, secretReaders } = options
  return {
    'env.get': {
      async answer({ app }) {
        const { version, shared, variables } = await envVars.describe(app)
        return { version, environment: app.environment, shared: namedVersions(shared), variables }
      },
    },
    'env.update': {
      answer: call => changeEnv(options, call, author => envVars.change(call.app, call.body, author)),
    },
    'env.import': {
      answer: call =>
        changeEnv(options, call, author => envVars.change(call.app, importedChange(call.body), author)),
    },
    'env.restore': {
      answer: call => changeEnv(options, call, author => envVars.restore(call.app, { ...call.body, author })),
    },
    'env.versions': {
      async page({ app }, page) {
        const { items, total } = await envVars.list(app, page)
        return { items: items.map(versionDocument), total }
      },
    },
    'env.version': {
      answer: async ({ app, params }) => versionDocument(await envVars.summary(app, params.version)),
    },
    'env.diff': {
      async answer({ app, query: { from, to } }) {
        return { from, to, changes: await envVars.diff(app, from, to) }
      },
    },
    'env.export': {
      async answer({ app }) {
        const { version, variables } = await envVars.describe(app)
        const own = Object.entries(variables).filter(([, { from }]) => from === 'app')
        return { version, text: writeDotEnv(Object.fromEntries(own)) }
      },
    },
    'env.readers': { answer: ({ app, params }) => secretReaders.describe(app, params.key) },
  }
}

/** What runs gets a changed env with a new release; an app without one gets it with its first. */
async function changeEnv(
  options: EnvRoutesOptions,
  { app, actor, audit }: Pick<Call<'env.update'>, 'app' | 'actor' | 'audit'>,
  change: (author: string) => Promise<ChangedEnv>,
): Promise<EnvChanged> {
  requireAppCan('changeEnv', app)
  await requireDeployment(options, { app, actor })
  const author = actorName(actor)
  const done = await change(author)
  // The names alone: a value may be a secret, whatever it was called.
  if (done.changed.length === 0) audit.skip()
  else audit({ after: { version: done.version, changed: done.changed } })
  const row =
    done.changed.length === 0 ? undefined : await redeployCounted(options, { app, actor, reason: 'env' })
  return {
    version: done.version,
    changed: done.changed,
    notes: changeNotes(done),
    deployment: row ? await deploymentDocument(options.store.db, row) : null,
  }
}

/** What whoever made a change should know about it. */
export function changeNotes({ shortSecrets }: ChangedEnv): string[] {
  return shortSecrets.map(
    key =>
      `${key} has fewer than ${MIN_REDACTED_CHARACTERS} characters: such a short value is not hidden in logs.`,
  )
}

/** Without `secret`, a variable that is a secret stays one. */
export function importedChange({
  text,
  secret,
  baseVersion,
}: {
  text: string
  secret?: boolean | undefined
  baseVersion?: number | undefined
}): EnvChange {
  const entries = [...parseDotEnv(text)].map(([key, value]) => [key, { value, secret }])
  return { set: Object.fromEntries(entries), ...(baseVersion !== undefined && { baseVersion }) }
}

export function versionDocument({ createdAt, ...version }: EnvVersionSummary): EnvVersion {
  return { ...version, createdAt: isoTime(createdAt) }
}
