import type { DeploymentEvent } from '@seaworthy/api'
import { defineErrors } from '@seaworthy/kit'
import { type Actor, actorName } from '../access/actor.ts'
import { authorOf } from '../access/actor-finder.ts'
import { can } from '../access/policy.ts'
import type { DiskRoom } from '../disk/disk-room.ts'
import { requireAppCan } from '../http/app-access.ts'
import { readArchiveUpload } from '../http/archive-upload.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { httpErrors } from '../http/errors.ts'
import type { Deployments } from '../http/ports.ts'
import { isoTime, milliseconds } from '../http/times.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { personOf } from '../quotas/spender.ts'
import { isLocalGitUrl } from '../sources/git-origin.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import { deploymentDocument, deploymentDocuments, receiptOf } from './deployment-document.ts'
import { deploymentErrors } from './deployment-errors.ts'
import { validateStart } from './schedule.ts'

export interface DeploymentsRoutesOptions {
  store: Store
  deployments: Deployments
  quotas: Pick<Quotas, 'spend' | 'requireRoom'>
  diskRoom: Pick<DiskRoom, 'require'>
  /** Largest archive that is taken. */
  uploadLimitBytes: number
}

const errors = defineErrors({
  no_receipt: {
    status: 404,
    message:
      'Deployment {number} of {slug} has no receipt: it is {state}. A receipt is written once it has switched.',
  },
})

/** An archive is there twice for a while: as it came, and unpacked. */
const ROOM_FACTOR = 2

function roomFor({ request }: Pick<Call<'deployments.create'>, 'request'>) {
  if (!request.isMultipart()) return { what: 'a build', neededBytes: 0 }
  const declared = Number(request.headers['content-length'] ?? 0)
  return { what: 'this upload', neededBytes: ROOM_FACTOR * (Number.isFinite(declared) ? declared : 0) }
}

export function deploymentsRoutes(options: DeploymentsRoutesOptions): Implementations {
  const { store, deployments, quotas } = options
  const find = (app: AppRow, number: number) => findDeployment(deployments, app, number)
  return {
    'deployments.create': {
      async answer(call) {
        requireAppCan('deploy', call.app)
        await quotas.requireRoom(call.app, ['diskMb'])
        await options.diskRoom.require(roomFor(call))
        const spender = { app: call.app, userId: personOf(call.actor) }
        const row = await quotas.spend(spender, ['buildsPerDay', 'deploymentsPerDay'], () =>
          call.request.isMultipart() ? deployUpload(options, call) : deployJson(options, call),
        )
        call.audit({ after: orderedFacts(row, { from: sourceOf(call) }) })
        return deploymentDocument(store.db, row)
      },
    },
    'deployments.list': {
      async page({ app, query }, page) {
        const { items, total } = await deployments.list(app.id, { ...page, state: query.state })
        return { items: await deploymentDocuments(store.db, items), total }
      },
    },
    'deployments.get': {
      answer: async ({ app, params }) => deploymentDocument(store.db, await find(app, params.number)),
    },
    'deployments.cancel': {
      async answer({ app, params, actor, audit }) {
        await find(app, params.number)
        audit({ after: { deployment: params.number } })
        const row = await deployments.cancel({ app, number: params.number, actor: actorName(actor) })
        return deploymentDocument(store.db, row)
      },
    },
    'deployments.events': {
      async stream({ app, params, signal, lastEventId }) {
        const row = await find(app, params.number)
        return numbered(deployments.follow(row.id, signal), lastEventId)
      },
    },
    'deployments.receipt': {
      async answer({ app, params }) {
        const row = await find(app, params.number)
        const receipt = receiptOf(row)
        if (!receipt) throw errors.no_receipt({ ...params, state: row.state })
        return receipt
      },
    },
    'releases.rollback': {
      async answer({ app, body, actor, audit }) {
        requireAppCan('rollback', app)
        const row = await quotas.spend({ app, userId: personOf(actor) }, ['deploymentsPerDay'], () =>
          deployments.rollback({ app, ...body, ...authorOf(actor) }),
        )
        audit({ after: orderedFacts(row, { release: body.release ?? 'previous', env: body.env }) })
        return deploymentDocument(store.db, row)
      },
    },
  }
}

async function findDeployment(deployments: Deployments, app: AppRow, number: number): Promise<DeploymentRow> {
  const row = await deployments.get(app.id, number)
  if (!row) throw deploymentErrors.deployment_not_found({ slug: app.slug, number })
  return row
}

type CreateCall = Call<'deployments.create'>

/** For the audit log. */
function orderedFacts({ number, scheduled_at }: DeploymentRow, facts: Record<string, unknown>) {
  return {
    deployment: number,
    ...facts,
    ...(scheduled_at !== null && { scheduledAt: isoTime(scheduled_at) }),
  }
}

/** The address of a repository may hold a password; which one it was is in the deployment. */
function sourceOf({ request, body }: CreateCall): string {
  if (request.isMultipart()) return 'archive'
  if ('rebuild' in body) return 'rebuild'
  if ('image' in body) return `image ${body.image.reference}`
  return 'pull' in body ? 'pull' : 'git'
}

async function deployUpload(options: DeploymentsRoutesOptions, call: CreateCall): Promise<DeploymentRow> {
  const { fields, filename, stream } = await readArchiveUpload(call.request, {
    limitBytes: options.uploadLimitBytes,
  })
  const { app, signal } = call
  const scheduledAt = startOf(fields)
  return options.deployments.deployArchive({
    app,
    stream,
    filename,
    scheduledAt,
    canary: fields.canary,
    signal,
    ...authorOf(call.actor),
  })
}

function deployJson(
  { deployments }: DeploymentsRoutesOptions,
  { app, body, actor: who, signal }: CreateCall,
): Promise<DeploymentRow> {
  const author = authorOf(who)
  const scheduledAt = startOf(body)
  if ('rebuild' in body) return deployments.rebuild({ app, ...author, scheduledAt, canary: body.canary })
  if ('pull' in body) {
    requireSource(who, originUrl(app))
    return deployments.pullLatest({ app, ...author, scheduledAt, canary: body.canary })
  }
  if ('image' in body) {
    const { image, canary } = body
    return deployments.deployImage({ app, image, ...author, scheduledAt, canary, signal })
  }
  requireSource(who, body.git.url)
  return deployments.deployGit({ app, origin: body.git, ...author, scheduledAt, canary: body.canary })
}

/** Milliseconds since 1970. Rejects a time that is past. */
function startOf({ scheduledAt }: { scheduledAt?: string | undefined }): number | undefined {
  const at = milliseconds(scheduledAt)
  validateStart(at)
  return at
}

/** A folder of the machine may hold what is no business of this app's team. */
function requireSource(actor: Actor, url: string | undefined): void {
  if (url === undefined || !isLocalGitUrl(url) || can(actor, 'source:local')) return
  throw httpErrors.not_allowed({
    reason:
      'only administrators of the platform deploy from file:// on its machine. Upload the folder, or give an https:// URL.',
  })
}

function originUrl({ origin_json }: AppRow): string | undefined {
  return origin_json === null ? undefined : (JSON.parse(origin_json) as { url?: string }).url
}

/**
 * Positions count steps and log lines only: those are replayed in the same order each time. States, the receipt and
 * the end are told as they are now, so that a client which comes back hears them again.
 */
async function* numbered(
  events: AsyncIterable<DeploymentEvent>,
  lastEventId: string | undefined,
): AsyncIterable<{ id: string; event: DeploymentEvent }> {
  const seen = /^\d{1,9}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0
  let position = 0
  for await (const event of events) {
    const isLogged = event.type === 'step' || event.type === 'log'
    if (isLogged) position += 1
    if (!isLogged || position > seen) yield { id: String(Math.max(position, seen)), event }
  }
}
