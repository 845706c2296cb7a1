import { z } from 'zod'

const bytes = z.number().nonnegative()

const buildingSchema = z.strictObject({
  slots: z.int(),
  budgetBytes: bytes.meta({ description: 'What all builds together may have just now.' }),
  reservedBytes: bytes.meta({ description: 'What builds never get.' }),
  cpuShare: z.number().meta({ description: '1: builds run at full speed; less: they are slowed down.' }),
  pressure: z
    .strictObject({ memorySome: z.number(), memoryFull: z.number(), ioFull: z.number() })
    .nullable()
    .meta({
      description:
        'Percent of the last 10 seconds in which work stood still for want of it. Null where the kernel tells nothing.',
    }),
  note: z.string().nullable().meta({ description: 'Why builds are slow just now, in a sentence.' }),
  running: z.array(
    z.strictObject({
      app: z.string(),
      limitBytes: bytes,
      usedBytes: bytes,
      expectedEndAt: z.iso.datetime().nullable(),
    }),
  ),
  waiting: z.array(
    z.strictObject({
      app: z.string(),
      needBytes: bytes,
      since: z.iso.datetime(),
      why: z.string().nullable(),
    }),
  ),
})

/** What only administrators are told. */
export const statusDetailsSchema = z.strictObject({
  docker: z.strictObject({
    state: z.enum(['off', 'unused', 'running', 'away']),
    host: z.string().nullable(),
    why: z.string().nullable().meta({ description: 'Why it does not answer, as a sentence.' }),
  }),
  builds: buildingSchema,
  memory: z.strictObject({ controlPlaneBytes: bytes, edgeBytes: bytes.nullable(), machineBytes: bytes }),
  disk: z.strictObject({
    totalBytes: bytes,
    freeBytes: bytes,
    level: z
      .int()
      .meta({ description: 'The highest step of fullness that was reached, in percent; 0: none.' }),
    levels: z.array(z.int()),
  }),
  certificates: z
    .array(
      z.strictObject({
        host: z.string(),
        app: z.string(),
        endsAt: z.iso.datetime(),
        renewAt: z.iso.datetime().nullable(),
        problem: z.string().nullable(),
      }),
    )
    .meta({ description: 'The ten that end first.' }),
})

export type StatusDetails = z.output<typeof statusDetailsSchema>

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
    details: statusDetailsSchema
      .nullable()
      .optional()
      .meta({ description: 'Null for who does not administer the platform.' }),
    home: z
      .string()
      .nullable()
      .meta({ description: 'The folder. Null for who does not administer the platform.' }),
  })
  .meta({ id: 'Status' })

export type Status = z.output<typeof statusSchema>
