/** `seaworthy-app.json`, the first file of an export: what an app is, without its code. */
import { appScaleSchema, envKeySchema, tagsSchema } from '@seaworthy/api'
import { trafficSettingsSchema } from '@seaworthy/routes/settings'
import { resourcesSchema } from '@seaworthy/runtime/resources'
import { z } from 'zod'
import { copyErrors } from './errors.ts'

export const MANIFEST_NAME = 'seaworthy-app.json'
/** The folder of the code within the archive. */
export const CODE_FOLDER = 'code'

const observationSchema = z.strictObject({
  logSample: z.number().min(0).max(1).optional(),
  logAddresses: z.enum(['whole', 'short', 'none']).optional(),
  logQueries: z.boolean().optional(),
  logMaxDays: z.int().min(1).max(3650).optional(),
  logMaxMb: z.int().min(1).max(1_000_000).optional(),
  visits: z.boolean().optional(),
})

/** What goes along from one app to another. */
export const appSettingsSchema = z.strictObject({
  name: z.string().min(1).max(100),
  sleepAfterMinutes: z.int().min(0).max(525_600).nullable(),
  scale: appScaleSchema,
  tags: tagsSchema,
  traffic: trafficSettingsSchema,
  limits: resourcesSchema,
  observation: observationSchema,
})

const sealedSecretsSchema = z.strictObject({ salt: z.base64().max(100), sealed: z.string().max(3_000_000) })

export const manifestSchema = z.strictObject({
  format: z.literal('seaworthy-app/1'),
  exportedAt: z.iso.datetime(),
  slug: z.string().max(64),
  release: z.int().nullable(),
  settings: appSettingsSchema,
  /** A secret has no value here. */
  variables: z.record(
    envKeySchema,
    z.strictObject({ secret: z.boolean(), value: z.string().max(70_000).optional() }),
  ),
  secrets: sealedSecretsSchema.nullable(),
  code: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('folder') }),
      z.strictObject({
        kind: z.literal('image'),
        reference: z.string().min(1).max(500),
        manifest: z.string().max(100_000).optional(),
      }),
    ])
    .nullable(),
})

export type AppSettings = z.output<typeof appSettingsSchema>
export type ExportManifest = z.output<typeof manifestSchema>
export type SealedSecrets = z.output<typeof sealedSecretsSchema>

/** @throws `not_an_export` with the first field that is wrong */
export function parseManifest(text: string): ExportManifest {
  const parsed = manifestSchema.safeParse(asJson(text))
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw copyErrors.not_an_export({ problem: `${path.join('.') || MANIFEST_NAME} is not valid (${message})` })
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw copyErrors.not_an_export({ problem: `its ${MANIFEST_NAME} is no JSON` })
  }
}
