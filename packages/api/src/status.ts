import { z } from 'zod'

export const statusSchema = z
  .strictObject({
    version: z.string(),
    startedAt: z.iso.datetime(),
    uptimeMs: z.number(),
    runtime: z.strictObject({
      kind: z.string(),
      sandbox: z
        .record(z.string(), z.union([z.boolean(), z.string(), z.number()]))
        .meta({ description: 'What keeps apps apart on this machine, by power.' }),
    }),
    edge: z.strictObject({
      state: z.enum(['running', 'starting', 'stopped']),
      pid: z.int().nullable(),
      tableVersion: z.int().nullable(),
    }),
    database: z.strictObject({ kind: z.enum(['sqlite', 'postgresql']) }),
    counts: z.strictObject({
      apps: z.int(),
      instances: z.int(),
      jobsQueued: z.int(),
      jobsRunning: z.int(),
    }),
    urls: z.strictObject({ dashboard: z.url(), edge: z.url(), edgeTls: z.url().nullable().optional() }),
    home: z.string(),
  })
  .meta({ id: 'Status' })

export type Status = z.output<typeof statusSchema>
