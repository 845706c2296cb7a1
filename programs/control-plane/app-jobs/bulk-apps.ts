import { type AppAction, type BulkAction, type BulkOfApps, MAX_APP_TAGS } from '@seaworthy/api'
import { AppError, type Logger } from '@seaworthy/kit'
import { type Actor, actorName } from '../access/actor.ts'
import { type ActorFinder, type ActorReference, referenceTo } from '../access/actor-finder.ts'
import { decide } from '../access/policy.ts'
import type { Apps } from '../apps/apps.ts'
import { appErrors } from '../apps/errors.ts'
import type { AuditRequest, NewAuditEntry } from '../audit/audit-entry.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type CountedRedeployOptions, redeployCounted } from '../deployments/counted-redeploy.ts'
import { requireAppCan } from '../http/app-access.ts'
import { httpErrors } from '../http/errors.ts'
import type { AppPower, AppRemoval } from '../http/ports.ts'
import { appResource } from '../http/request-resource.ts'
import type { Job } from '../jobs/job-attempt.ts'
import type { AppRow, JobRow } from '../store/schema.ts'
import { appJobErrors } from './errors.ts'
import type { OwnAppJobs } from './own-app-jobs.ts'

export const BULK_JOB = 'bulk-apps'
/** So many apps have their turn at a time. */
export const AT_ONCE = 4
const DEADLINE_MS = 3_600_000

export interface BulkAppsOptions extends CountedRedeployOptions {
  apps: Apps
  own: OwnAppJobs
  power: AppPower
  removal: Pick<AppRemoval, 'remove'>
  actors: Pick<ActorFinder, 'find'>
  audit: Pick<AuditLog, 'append'>
  log: Logger
}

export interface BulkPayload extends Pick<BulkOfApps, 'action' | 'apps' | 'addTags' | 'removeTags'> {
  by: ActorReference | undefined
  /** Of the request that asked for it, for the audit log. */
  request: AuditRequest
}

/** What came of it for one app. */
export interface BulkResult {
  state: 'done' | 'refused' | 'failed'
  reason?: string
  deployment?: number
}

interface Turn {
  app: AppRow
  actor: Actor
  payload: BulkPayload
}

/** Does one thing to many apps, as a job with a result for each: what is refused for one does not stop the others. */
export class BulkApps {
  readonly #options: BulkAppsOptions

  constructor(options: BulkAppsOptions) {
    this.#options = options
  }

  /** Rejects with `confirm_count` or `tags_needed`. Apps that are not there, or not for the actor, are told in the job. */
  async request(actor: Actor, body: BulkOfApps, request: AuditRequest): Promise<JobRow> {
    const { action, apps, confirm, addTags = [], removeTags = [] } = body
    if (action === 'delete' && confirm !== apps.length)
      throw appJobErrors.confirm_count({ count: apps.length })
    if (action === 'tag' && addTags.length + removeTags.length === 0) throw appJobErrors.tags_needed()
    const { id, ip } = request
    const from = { id, ip, headers: { 'user-agent': request.headers['user-agent'] } }
    const payload: BulkPayload = { action, apps, addTags, removeTags, by: referenceTo(actor), request: from }
    return this.#options.own.add(actor, { kind: BULK_JOB, payload, deadlineMs: DEADLINE_MS })
  }

  /** The handler of `bulk-apps` jobs. What has its result already is not done again. */
  async handle(job: Job<BulkPayload>): Promise<void> {
    const waiting = job.payload.apps.entries()
    const work = async () => {
      for (const [index, slug] of waiting) await job.step(String(index), () => this.#turn(job, slug))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }

  /** Rights are asked for at each turn: they may have changed since the request. */
  async #turn({ payload, id, log }: Job<BulkPayload>, slug: string): Promise<BulkResult> {
    const { apps, actors } = this.#options
    const actor = payload.by && (await actors.find(payload.by))
    const app = await apps.getBySlug(slug)
    if (!actor) return { state: 'refused', reason: 'Whoever asked for this may not act any more.' }
    if (!app) return refusal(appErrors.app_not_found({ app: slug }))
    const entry = auditEntry({ app, actor, payload }, id)
    try {
      requireAllowed(actor, app, payload.action)
      const result = await ACTS[payload.action](this.#options, { app, actor, payload })
      if (result.reason === undefined) await this.#options.audit.append(entry)
      return result
    } catch (error) {
      if (!(error instanceof AppError && error.isOperational)) {
        log.error({ app: slug, err: error }, 'could not deal with one of many apps')
        return {
          state: 'failed',
          reason: 'Something went wrong inside the platform. Its log has the details.',
        }
      }
      if (error.status === 403)
        await this.#options.audit.append({ ...entry, outcome: 'refused', after: { reason: error.message } })
      return refusal(error)
    }
  }
}

const NEEDS = {
  start: { action: 'app:start', inState: 'start' },
  stop: { action: 'app:stop', inState: 'stop' },
  restart: { action: 'app:restart', inState: 'restart' },
  delete: { action: 'app:delete', inState: 'delete' },
  tag: { action: 'app:update', inState: 'update' },
} as const satisfies Record<BulkAction, { action: string; inState: AppAction }>

/** An app that the actor must not know of is not there, as everywhere. */
function requireAllowed(actor: Actor, app: AppRow, action: BulkAction): void {
  const decision = decide(actor, NEEDS[action].action, appResource(app))
  if (decision.allowed) return
  throw decision.hidden
    ? appErrors.app_not_found({ app: app.slug })
    : httpErrors.not_allowed({ reason: decision.reason })
}

type Act = (options: BulkAppsOptions, turn: Turn) => Promise<BulkResult>

const ACTS: Record<BulkAction, Act> = {
  async start({ power }, { app, actor }) {
    if (app.state === 'active' || app.state === 'asleep') return already(`It was not stopped.`)
    requireAppCan('start', app)
    await power.start({ app, actor })
    return DONE
  },
  async stop({ power }, { app, actor }) {
    if (app.state === 'stopped') return already('It was stopped already.')
    requireAppCan('stop', app)
    await power.stop({ app, actor: actorName(actor) })
    return DONE
  },
  async restart(options, { app, actor }) {
    requireAppCan('restart', app)
    const deployment = await redeployCounted(options, { app, actor, reason: 'restart' })
    if (!deployment) return { state: 'refused', reason: 'It has no release yet. Deploy it first.' }
    return { ...DONE, deployment: deployment.number }
  },
  async delete({ removal }, { app, actor }) {
    requireAppCan('delete', app)
    await removal.remove({ app, actor: actorName(actor) })
    return DONE
  },
  async tag({ apps }, { app, payload: { addTags = [], removeTags = [] } }) {
    requireAppCan('update', app)
    const present = JSON.parse(app.tags_json) as string[]
    const tags = [...new Set([...present, ...addTags])].filter(tag => !removeTags.includes(tag)).sort()
    if (tags.length > MAX_APP_TAGS)
      return { state: 'refused', reason: `It would have ${tags.length} tags; ${MAX_APP_TAGS} are allowed.` }
    if (tags.join() === present.join()) return already('It had these tags already.')
    await apps.update(app.id, { tags_json: JSON.stringify(tags) })
    return DONE
  },
}

const DONE: BulkResult = { state: 'done' }

function already(reason: string): BulkResult {
  return { state: 'done', reason }
}

function refusal({ message }: Error): BulkResult {
  return { state: 'refused', reason: message }
}

function auditEntry({ app, actor, payload }: Turn, job: string): NewAuditEntry {
  const { addTags = [], removeTags = [] } = payload
  return {
    actor,
    request: payload.request,
    action: NEEDS[payload.action].action,
    target: { kind: 'app', id: app.id, name: app.slug },
    appId: app.id,
    teamId: app.team_id,
    after: { job, ...(payload.action === 'tag' && { addTags, removeTags }) },
  }
}
