import { z } from 'zod'

export const diskKindSchema = z.enum([
  'artifact',
  'source',
  'build',
  'cache',
  'log',
  'volume',
  'database',
  'backup',
  'export',
  'platform',
  'image',
  'image-layer',
  'base-image',
  'build-cache',
  'instance',
  'other-docker',
  'unknown',
])

const bytes = z.number().nonnegative()

export const diskReportSchema = z
  .strictObject({
    measuredAt: z.iso.datetime(),
    totalBytes: bytes.meta({ description: 'Of the file system of the home.' }),
    freeBytes: bytes,
    usedPercent: z.number(),
    levels: z
      .array(z.int())
      .optional()
      .meta({ description: 'Percentages at which administrators are told.' }),
    forecast: z.discriminatedUnion('state', [
      z.strictObject({ state: z.literal('unknown') }),
      z.strictObject({ state: z.literal('not-growing') }),
      z.strictObject({ state: z.literal('growing'), bytesPerDay: z.int(), fullAt: z.iso.datetime() }),
    ]),
    entries: z.array(
      z.strictObject({
        kind: diskKindSchema,
        app: z.string().nullable(),
        bytes,
        places: z
          .array(z.string())
          .optional()
          .meta({ description: 'Of `unknown`: where in the home it lies, the largest first.' }),
      }),
    ),
    history: z.array(z.strictObject({ at: z.iso.datetime(), totalBytes: bytes, freeBytes: bytes })),
  })
  .meta({ id: 'DiskReport' })

export const reclaimBodySchema = z
  .strictObject({
    apply: z.boolean().meta({ description: 'false: only tell what would go.' }),
  })
  .meta({ id: 'DiskReclaim' })

export const reclaimSchema = z
  .strictObject({
    applied: z.boolean(),
    items: z.array(
      z.strictObject({
        kind: z.enum(['artifact', 'source', 'cache', 'image-layer', 'base-image']),
        name: z.string(),
        app: z.string().nullable().optional(),
        bytes,
      }),
    ),
    never: z.array(z.strictObject({ kind: diskKindSchema, why: z.string() })),
  })
  .meta({ id: 'DiskReclaimed' })

export type DiskKind = z.output<typeof diskKindSchema>
export type DiskReport = z.output<typeof diskReportSchema>
export type DiskReclaimed = z.output<typeof reclaimSchema>
