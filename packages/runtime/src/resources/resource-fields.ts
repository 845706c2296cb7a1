import { z } from 'zod'

const MAX_MB = 1_048_576
const YEAR_HOURS = 8_760

/** When an instance is replaced by a fresh one, without dropping a request. */
const recycleSchema = z.strictObject({
  /** Once it uses this much: for what leaks. */
  memoryMb: z.int().min(16).max(MAX_MB).optional(),
  /** Once it has run this long. */
  afterHours: z.int().min(1).max(YEAR_HOURS).optional(),
})

/** How much one instance may take. */
const limitFields = {
  memoryMb: z.int().min(16).max(MAX_MB).optional(),
  cpus: z.number().min(0.05).max(256).optional(),
  /** Processes and threads. */
  processes: z.int().min(8).max(32_768).optional(),
  /** Files, sockets and pipes that one of its processes may have open. */
  openFiles: z.int().min(64).max(1_048_576).optional(),
  /** Temporary files; volumes are not counted. */
  diskMb: z.int().min(1).max(MAX_MB).optional(),
  recycle: recycleSchema.optional(),
}

export const processResourcesSchema = z.strictObject(limitFields)

const processName = z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/, 'is not the name of a process')

/** `resources` of a manifest, and of an app's own limits: for every process, and for single ones. */
export const resourcesSchema = z.strictObject({
  ...limitFields,
  /** Process name → what is otherwise for that one. */
  perProcess: z
    .record(processName, processResourcesSchema)
    .refine(all => Object.keys(all).length <= 20, 'has more than 20 processes')
    .optional(),
})

export type ProcessResources = z.output<typeof processResourcesSchema>
export type Resources = z.output<typeof resourcesSchema>

/** What can be limited; `recycle` is no limit. */
export const LIMIT_NAMES = ['memoryMb', 'cpus', 'processes', 'openFiles', 'diskMb'] as const
export type LimitName = (typeof LIMIT_NAMES)[number]
