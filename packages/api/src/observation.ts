import { z } from 'zod'

const fields = {
  logSample: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: '1: every request; 0.1: every tenth and all failures; 0: none.' }),
  logAddresses: z
    .enum(['whole', 'short', 'none'])
    .meta({ description: 'How much of client addresses is kept.' }),
  logQueries: z.boolean().meta({ description: 'Whether query strings are kept, without secrets.' }),
  logMaxDays: z.int().min(1).max(3650),
  logMaxMb: z.int().min(1).max(1_000_000),
  visits: z.boolean().meta({ description: 'Whether visits are counted.' }),
}

export const observationSchema = z
  .strictObject({
    ...fields,
    own: z
      .array(z.enum(Object.keys(fields) as [keyof typeof fields, ...(keyof typeof fields)[]]))
      .meta({ description: 'What is set for this app; the rest is as the platform has it.' }),
  })
  .meta({ id: 'Observation' })

export const updateObservationSchema = z
  .strictObject({
    logSample: fields.logSample.nullable().optional(),
    logAddresses: fields.logAddresses.nullable().optional(),
    logQueries: fields.logQueries.nullable().optional(),
    logMaxDays: fields.logMaxDays.nullable().optional(),
    logMaxMb: fields.logMaxMb.nullable().optional(),
    visits: fields.visits.nullable().optional(),
  })
  .refine(body => Object.keys(body).length > 0, 'must change at least one setting')
  .meta({ id: 'UpdateObservation', description: 'null: as the platform has it.' })

export type Observation = z.output<typeof observationSchema>
export type ObservationPatch = z.output<typeof updateObservationSchema>
