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
      notes: z
        .array(z.string())
        .optional()
        .meta({ description: 'What this machine does not give to keep apps apart, in sentences.' }),
    }),
    edge: z.strictObject({
      state: z.enum(['running', 'starting', 'stopped']),
      pid: z.int().nullable(),
      tableVersion: z.int().nullable(),
    }),
    database: z.strictObject({ kind: z.enum(['sqlite', 'postgresql']) }),
    counts: z
      .strictObject({
        apps: z.int(),
        instances: z.int(),
        jobsQueued: z.int(),
        jobsRunning: z.int(),
      })
      .nullable()
      .meta({ description: 'Of all teams together. Null for who does not administer the platform.' }),
    urls: z.strictObject({ dashboard: z.url(), edge: z.url(), edgeTls: z.url().nullable().optional() }),
    mail: z
      .strictObject({
        kind: z.enum(['smtp', 'file']),
        to: z.string().meta({ description: 'The mail server, or the file that mails are written to.' }),
        from: z.string().nullable(),
      })
      .meta({ description: 'Where mails go. Without a mail server they only reach a file on the machine.' }),
    home: z
      .string()
      .nullable()
      .meta({ description: 'The folder. Null for who does not administer the platform.' }),
  })
  .meta({ id: 'Status' })

export type Status = z.output<typeof statusSchema>
