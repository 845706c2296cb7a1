import { givenTrafficSchema, maintenanceSchema, trafficPatchSchema } from '@seaworthy/routes/settings'
import { z } from 'zod'
import { queryInteger } from './paging.ts'

const settingSchema = z
  .strictObject({
    key: z.string(),
    value: z.unknown().meta({ description: 'Null where nobody set it and there is no default.' }),
    from: z.enum(['app', 'release', 'default']),
  })
  .meta({ id: 'TrafficSetting' })

/** How the edge treats an app's requests: what counts, and who said it. Passwords are never shown. */
export const trafficSchema = z
  .strictObject({
    version: z.int().meta({ description: 'Of the own settings of the app; 0: it has none.' }),
    settings: z.array(settingSchema),
    maintenance: z
      .strictObject({
        holdSeconds: z.number(),
        message: z.string().nullable(),
        allow: z.array(z.string()),
      })
      .nullable()
      .meta({ description: 'Null while the app is open.' }),
    notes: z.array(z.string()).meta({ description: 'What of it has no effect yet, and why.' }),
    changes: z
      .array(z.strictObject({ key: z.string(), before: z.unknown(), after: z.unknown() }))
      .optional()
      .meta({ description: 'What this request changed, or would change.' }),
    preview: z.boolean().optional().meta({ description: 'True: nothing was changed.' }),
  })
  .meta({ id: 'AppTraffic' })

export const replaceTrafficSchema = givenTrafficSchema.meta({ id: 'TrafficSettings' })
export const updateTrafficSchema = trafficPatchSchema.meta({ id: 'TrafficPatch' })

export const changeTrafficQuerySchema = z.strictObject({
  preview: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: tell what would change, and change nothing.' }),
  baseVersion: queryInteger(0, 1_000_000_000)
    .optional()
    .meta({ description: 'Refuse when the settings are at another version by now.' }),
})

export const setMaintenanceSchema = z
  .strictObject({ on: z.boolean(), ...maintenanceSchema.partial().shape })
  .meta({ id: 'SetMaintenance' })

export const headerCheckQuerySchema = z.strictObject({
  path: z
    .string()
    .max(2000)
    .regex(/^\/[^\s#]*$/, 'must be a path that starts with "/"')
    .optional()
    .meta({ description: 'What to ask for; "/" when missing.' }),
})

const findingSchema = z.strictObject({
  subject: z.string(),
  state: z.enum(['good', 'weak', 'missing']),
  points: z.int(),
  of: z.int(),
  says: z.string(),
})

/** What a real answer of the app says about security. */
export const headerCheckSchema = z
  .strictObject({
    url: z.string(),
    status: z.int(),
    grade: z.enum(['A+', 'A', 'B', 'C', 'D', 'E', 'F']),
    points: z.int().meta({ description: '0 to 100.' }),
    findings: z.array(findingSchema),
    headers: z.array(z.tuple([z.string(), z.string()])),
  })
  .meta({ id: 'HeaderCheck' })

export type Traffic = z.output<typeof trafficSchema>
export type HeaderCheck = z.output<typeof headerCheckSchema>
