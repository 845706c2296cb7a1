import type { RunEvent } from '@seaworthy/api'
import { AppError, defineErrors } from '@seaworthy/kit'
import { actorName } from '../access/actor.ts'
import { type CountedRedeployOptions, redeployCounted } from '../deployments/counted-redeploy.ts'
import { deploymentDocument } from '../deployments/deployment-document.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { Instances, RunOutput } from '../http/ports.ts'
import type { Store } from '../store/database.ts'
import { instanceDocuments } from './instance-document.ts'

export interface InstancesRoutesOptions extends CountedRedeployOptions {
  store: Store
  instances: Instances
}

const errors = defineErrors({
  no_release: { status: 409, message: '{slug} has no release yet. Deploy it first.' },
})

export function instancesRoutes(options: InstancesRoutesOptions): Implementations {
  const { store, instances } = options
  return {
    'instances.list': {
      async answer({ app }) {
        return instanceDocuments(store.db, await instances.list(app.id))
      },
    },
    'apps.scale': {
      async answer({ app, body, actor, audit }) {
        requireAppCan('scale', app)
        const scale = await instances.scale({ app, scale: body, actor: actorName(actor) })
        audit({ before: { scale: JSON.parse(app.scale_json) }, after: { scale } })
        return scale
      },
    },
    'apps.restart': {
      async answer({ app, actor, audit }) {
        requireAppCan('restart', app)
        const row = await redeployCounted(options, { app, actor, reason: 'restart' })
        if (!row) throw errors.no_release({ slug: app.slug })
        audit({ after: { deployment: row.number } })
        return deploymentDocument(store.db, row)
      },
    },
    'apps.run': {
      async stream({ app, body, signal, audit }) {
        requireAppCan('run', app)
        if (app.current_release_id === null) throw errors.no_release({ slug: app.slug })
        // Only the program: what follows it may be a password.
        audit({ after: { program: body.argv[0], arguments: body.argv.length - 1 } })
        return runEvents(instances.run({ app, argv: body.argv, signal }))
      },
    },
  }
}

/** A failure after the head was sent can only be told as an event. */
async function* runEvents(output: AsyncIterable<RunOutput>): AsyncIterable<{ event: RunEvent }> {
  try {
    for await (const event of output) yield { event }
  } catch (error) {
    if (!(error instanceof AppError && error.isOperational)) throw error
    yield { event: { type: 'error', code: error.code, message: error.message } }
  }
}
