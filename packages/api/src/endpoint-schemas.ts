/** What each endpoint takes and gives, under the names of `endpoint-list.ts`. */
import { z } from 'zod'
import {
  appParamsSchema,
  appSchema,
  createAppSchema,
  deleteAppSchema,
  tagSchema,
  trashedAppSchema,
  updateAppSchema,
} from './app.ts'
import { buildLogLineSchema, buildLogQuerySchema, buildSchema } from './build.ts'
import {
  createDeploymentSchema,
  deploymentEventSchema,
  deploymentSchema,
  deploymentStateSchema,
  numberParamsSchema,
  rollbackSchema,
} from './deployment.ts'
import type { EndpointId } from './endpoint-list.ts'
import { accountEndpointSchemas } from './endpoint-schemas/accounts.ts'
import { appJobEndpointSchemas } from './endpoint-schemas/app-jobs.ts'
import { approvalEndpointSchemas } from './endpoint-schemas/approvals.ts'
import { auditEndpointSchemas } from './endpoint-schemas/audit.ts'
import { cacheEndpointSchemas } from './endpoint-schemas/cache.ts'
import { diskEndpointSchemas } from './endpoint-schemas/disk.ts'
import { domainEndpointSchemas } from './endpoint-schemas/domains.ts'
import { envEndpointSchemas } from './endpoint-schemas/env.ts'
import { execEndpointSchemas } from './endpoint-schemas/exec.ts'
import { factorEndpointSchemas } from './endpoint-schemas/factors.ts'
import { fileEndpointSchemas } from './endpoint-schemas/files.ts'
import { imageEndpointSchemas } from './endpoint-schemas/images.ts'
import { keyEndpointSchemas } from './endpoint-schemas/keys.ts'
import { limitEndpointSchemas } from './endpoint-schemas/limits.ts'
import { peopleEndpointSchemas } from './endpoint-schemas/people.ts'
import { platformEndpointSchemas } from './endpoint-schemas/platform.ts'
import { quotaEndpointSchemas } from './endpoint-schemas/quotas.ts'
import { sightEndpointSchemas } from './endpoint-schemas/sight.ts'
import { teamEndpointSchemas } from './endpoint-schemas/teams.ts'
import { tokenEndpointSchemas } from './endpoint-schemas/tokens.ts'
import { trafficEndpointSchemas } from './endpoint-schemas/traffic.ts'
import { envChangedSchema, envSchema, envVersionSchema, importEnvSchema, updateEnvSchema } from './env.ts'
import { eventQuerySchema, eventSchema } from './event.ts'
import { clientSchema, clientSessionSchema } from './factor.ts'
import { instanceSchema, runBodySchema, runEventSchema, scaleBodySchema } from './instance.ts'
import { jobParamsSchema, jobQuerySchema, jobSchema } from './job.ts'
import { logEventSchema, logLineSchema, logQuerySchema } from './log.ts'
import { listQuery } from './paging.ts'
import { receiptSchema } from './receipt.ts'
import { releaseParamsSchema, releaseSchema } from './release.ts'
import {
  claimSchema,
  identitySchema,
  sessionSchema,
  setupLinkSchema,
  setupStateSchema,
  signInSchema,
} from './session.ts'
import { statusSchema } from './status.ts'

export interface EndpointSchemas {
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** The text fields of a form with an upload; those of a deployment when missing. */
  form?: z.ZodType
  /** The `data` of a successful answer. */
  data: z.ZodType
  /** Set when `data` is one page of a list; the answer then has `pagination`. */
  paged?: true
  /** One event of the stream, with its name as `type`. */
  event?: z.ZodType
}

const inApp = { params: appParamsSchema }
const numbered = { params: numberParamsSchema }
const newestFirst = listQuery(['number'], {})
const deploymentListQuery = listQuery(['number'], {
  state: deploymentStateSchema.optional().meta({ description: 'Only those in this state.' }),
})

const buildLogEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('log'), ...buildLogLineSchema.shape }),
    z.strictObject({ type: z.literal('end'), state: z.string() }),
  ])
  .meta({ id: 'BuildLogEvent' })

export const endpointSchemas = {
  'setup.get': { data: setupStateSchema },
  'setup.claim': { body: claimSchema, data: sessionSchema },
  'setup.link': { data: setupLinkSchema },

  'session.create': {
    body: signInSchema.extend({ client: clientSchema.optional() }).meta({ id: 'SignIn' }),
    data: clientSessionSchema,
  },
  'session.get': { data: identitySchema },
  'session.delete': { data: z.strictObject({ signedOut: z.literal(true) }) },

  'apps.list': {
    query: listQuery(['slug', 'name', 'createdAt', 'updatedAt', 'lastRequestAt'], {
      search: z.string().max(100).optional(),
      tag: tagSchema.optional(),
    }),
    data: z.array(appSchema),
    paged: true,
  },
  'apps.create': { body: createAppSchema, data: appSchema },
  'apps.get': { ...inApp, data: appSchema },
  'apps.update': { ...inApp, body: updateAppSchema, data: appSchema },
  'apps.delete': { ...inApp, body: deleteAppSchema, data: trashedAppSchema },
  'trash.list': { query: listQuery(['deletedAt'], {}), data: z.array(trashedAppSchema), paged: true },
  'trash.restore': { params: z.strictObject({ id: z.string().min(1).max(64) }), data: appSchema },
  'trash.empty': { params: z.strictObject({ id: z.string().min(1).max(64) }), data: z.null() },

  'deployments.create': { ...inApp, body: createDeploymentSchema, data: deploymentSchema },
  'deployments.list': { ...inApp, query: deploymentListQuery, data: z.array(deploymentSchema), paged: true },
  'deployments.get': { ...numbered, data: deploymentSchema },
  'deployments.cancel': { ...numbered, data: deploymentSchema },
  'deployments.events': {
    ...numbered,
    data: z.strictObject({ state: deploymentStateSchema }),
    event: deploymentEventSchema,
  },
  'deployments.receipt': { ...numbered, data: receiptSchema },

  'builds.list': { ...inApp, query: newestFirst, data: z.array(buildSchema), paged: true },
  'builds.get': { ...numbered, data: buildSchema },
  'builds.log': {
    ...numbered,
    query: buildLogQuerySchema,
    data: z.array(buildLogLineSchema),
    event: buildLogEventSchema,
  },
  'builds.downloadLog': { ...numbered, data: z.null() },

  'releases.list': { ...inApp, query: listQuery(['version'], {}), data: z.array(releaseSchema), paged: true },
  'releases.get': { params: releaseParamsSchema, data: releaseSchema },
  'releases.rollback': { ...inApp, body: rollbackSchema, data: deploymentSchema },

  'env.get': { ...inApp, data: envSchema },
  'env.update': { ...inApp, body: updateEnvSchema, data: envChangedSchema },
  'env.import': { ...inApp, body: importEnvSchema, data: envChangedSchema },
  'env.versions': {
    ...inApp,
    query: listQuery(['version'], {}),
    data: z.array(envVersionSchema),
    paged: true,
  },

  'instances.list': { ...inApp, data: z.array(instanceSchema) },
  'apps.scale': { ...inApp, body: scaleBodySchema, data: z.record(z.string(), z.int()) },
  'apps.restart': { ...inApp, data: deploymentSchema },
  'apps.stop': { ...inApp, data: appSchema },
  'apps.start': { ...inApp, data: appSchema },
  'apps.run': { ...inApp, body: runBodySchema, data: z.null(), event: runEventSchema },

  'logs.query': { ...inApp, query: logQuerySchema, data: z.array(logLineSchema), event: logEventSchema },
  'events.app': { ...inApp, query: eventQuerySchema, data: z.array(eventSchema), paged: true },
  'events.list': { query: eventQuerySchema, data: z.array(eventSchema), paged: true },

  'jobs.list': { query: jobQuerySchema, data: z.array(jobSchema), paged: true },
  'jobs.get': { params: jobParamsSchema, data: jobSchema },
  'jobs.cancel': { params: jobParamsSchema, data: jobSchema },
  'jobs.retry': { params: jobParamsSchema, data: jobSchema },
  'status.get': { data: statusSchema },
  ...accountEndpointSchemas,
  ...appJobEndpointSchemas,
  ...approvalEndpointSchemas,
  ...auditEndpointSchemas,
  ...cacheEndpointSchemas,
  ...diskEndpointSchemas,
  ...execEndpointSchemas,
  ...domainEndpointSchemas,
  ...envEndpointSchemas,
  ...factorEndpointSchemas,
  ...keyEndpointSchemas,
  ...peopleEndpointSchemas,
  ...platformEndpointSchemas,
  ...quotaEndpointSchemas,
  ...fileEndpointSchemas,
  ...imageEndpointSchemas,
  ...sightEndpointSchemas,
  ...teamEndpointSchemas,
  ...tokenEndpointSchemas,
  ...trafficEndpointSchemas,
  ...limitEndpointSchemas,
} satisfies Record<EndpointId, EndpointSchemas>

export type EndpointSchemasById = typeof endpointSchemas
