import type { Readable } from 'node:stream'
import { importFormSchema, type MadeApp } from '@seaworthy/api'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import type { AppClones, MadeCopy } from '../app-copies/app-clones.ts'
import { type AppExports, EXPORT_JOB, type ExportPayload } from '../app-copies/app-exports.ts'
import type { AppImports } from '../app-copies/app-imports.ts'
import { copyErrors } from '../app-copies/errors.ts'
import { appDocuments } from '../apps/app-document.ts'
import type { Apps } from '../apps/apps.ts'
import { appErrors } from '../apps/errors.ts'
import { teamOfNewApp } from '../apps/team-of-new-app.ts'
import type { DiskRoom } from '../disk/disk-room.ts'
import { readUploadForm } from '../http/archive-upload.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { httpErrors } from '../http/errors.ts'
import { appResource } from '../http/request-resource.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { appJobDocument } from './app-job-document.ts'
import type { BulkApps } from './bulk-apps.ts'
import { appJobErrors } from './errors.ts'
import type { OwnAppJobs } from './own-app-jobs.ts'

export interface AppJobsRoutesOptions {
  store: Store
  apps: Apps
  ownAppJobs: OwnAppJobs
  bulkApps: BulkApps
  appExports: AppExports
  appClones: AppClones
  appImports: AppImports
  diskRoom: Pick<DiskRoom, 'require'>
  uploadLimitBytes: number
  appUrl: (slug: string) => string
}

export function appJobsRoutes(options: AppJobsRoutesOptions): Implementations {
  const { ownAppJobs, bulkApps, appExports, appClones } = options
  return {
    'apps.bulk': {
      async answer({ actor, body, request, audit }) {
        const row = await bulkApps.request(actor, body, request)
        audit({ target: { kind: 'job', id: row.id }, after: { action: body.action, apps: body.apps.length } })
        return appJobDocument(row, Date.now())
      },
    },
    'appJobs.list': {
      async page({ actor }, page) {
        const { items, total } = await ownAppJobs.list(actor, page)
        return { items: items.map(row => appJobDocument(row, Date.now())), total }
      },
    },
    'appJobs.get': {
      answer: async ({ actor, params }) => appJobDocument(await ownAppJobs.get(actor, params.id), Date.now()),
    },
    'appJobs.cancel': {
      async answer({ actor, params, audit }) {
        const row = await ownAppJobs.cancel(actor, params.id)
        audit({ target: { kind: 'job', id: row.id } })
        return appJobDocument(row, Date.now())
      },
    },
    'appJobs.file': { download: call => download(options, call) },
    'apps.export': {
      async answer({ app, actor, body: { secrets = false, passphrase }, audit }) {
        if (secrets && passphrase === undefined) throw copyErrors.passphrase_needed()
        if (secrets) requireSecrets(actor, appResource(app))
        audit({ after: { secrets } })
        const row = await appExports.request(app, { actor, ...(secrets && { passphrase }) })
        return appJobDocument(row, Date.now())
      },
    },
    'apps.clone': {
      async answer({ app, actor, body: { slug, name, secrets = true }, audit }) {
        requireNewApp(actor, app.team_id)
        const made = await appClones.clone({ app, slug, name, secrets, actor })
        audit({ after: { clone: slug, secrets } })
        return madeDocument(options, made, actor)
      },
    },
    'apps.import': { answer: call => importApp(options, call) },
  }
}

async function download(options: AppJobsRoutesOptions, { actor, params, audit }: Call<'appJobs.file'>) {
  const { name, stream, app } = await openExport(options, actor, params.id)
  audit({
    target: { kind: 'app', id: app.id, name: app.slug },
    ...{ appId: app.id, teamId: app.team_id },
  })
  return { filename: name, contentType: 'application/gzip', chunks: stream }
}

/** Whoever lost the app since does not get its code any more. */
async function openExport(
  { ownAppJobs, appExports, apps }: AppJobsRoutesOptions,
  actor: Actor,
  id: string,
): Promise<{ name: string; stream: Readable; app: AppRow }> {
  const row = await ownAppJobs.get(actor, id)
  if (row.kind !== EXPORT_JOB) throw appJobErrors.file_not_there()
  const { slug }: ExportPayload = JSON.parse(row.payload_json)
  const app = await apps.getBySlug(slug)
  if (!app || !can(actor, 'app:export', appResource(app))) throw appErrors.app_not_found({ app: slug })
  return { ...(await appExports.open(row)), app }
}

function requireSecrets(actor: Actor, resource: ReturnType<typeof appResource>): void {
  if (can(actor, 'app:export-secrets', resource)) return
  throw httpErrors.not_allowed({
    reason: 'only admins of its team export an app with the values of its secrets.',
  })
}

function requireNewApp(actor: Actor, teamId: string): void {
  if (can(actor, 'app:create', { kind: 'team', teamId })) return
  throw httpErrors.not_allowed({ reason: 'only developers of its team make new apps there.' })
}

interface Given {
  fields: z.output<typeof importFormSchema>
  /** Opened once the policy has been asked. */
  open(): Promise<AsyncIterable<Uint8Array>>
  discard(): void
}

/** An archive is there twice for a while: as it came, and unpacked. */
const ROOM_FACTOR = 2

async function importApp(options: AppJobsRoutesOptions, call: Call<'apps.import'>): Promise<MadeApp> {
  const { actor, authorize, audit, signal } = call
  const { fields, open, discard } = await givenExport(options, call)
  try {
    const teamId = await teamOfNewApp(options.store, actor, fields.team)
    authorize({ kind: 'team', teamId }, () => httpErrors.team_not_found({ team: fields.team ?? 'default' }))
    const { slug, name, passphrase } = fields
    const made = await options.appImports.import({
      ...{ stream: await open(), slug, name, passphrase, teamId, actor, signal },
    })
    const { id, slug: named } = made.app
    audit({ target: { kind: 'app', id, name: named }, appId: id, teamId, after: { from: 'export' } })
    return await madeDocument(options, made, actor)
  } finally {
    discard()
  }
}

async function givenExport(
  options: AppJobsRoutesOptions,
  { request, body, actor }: Call<'apps.import'>,
): Promise<Given> {
  const { uploadLimitBytes, diskRoom } = options
  if (request.isMultipart()) {
    const neededBytes = ROOM_FACTOR * (Number(request.headers['content-length']) || 0)
    await diskRoom.require({ what: 'this import', neededBytes })
    const upload = await readUploadForm(request, { limitBytes: uploadLimitBytes, form: importFormSchema })
    return { fields: upload.fields, open: async () => upload.stream, discard: () => upload.discard() }
  }
  const { export: id, ...fields } = body
  const open = async () => (await openExport(options, actor, id)).stream
  return { fields, open, discard: () => {} }
}

async function madeDocument(
  { store, appUrl }: AppJobsRoutesOptions,
  { app, deployment, notes }: MadeCopy,
  actor: Actor,
): Promise<MadeApp> {
  const [shown] = await appDocuments(store.db, [app], { actor, appUrl })
  return { app: shown!, deployment: deployment?.number ?? null, notes }
}
