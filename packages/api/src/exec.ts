import { z } from 'zod'

const argument = z
  .string()
  .max(8192)
  .regex(/^[^\0]*$/, 'must not hold a NUL character')
const size = z.coerce.number().int().min(2).max(1000)

export const execQuerySchema = z.strictObject({
  instance: z.string().min(1).max(64).optional().meta({ description: 'One of the running instances.' }),
  process: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be the name of a process')
    .optional()
    .meta({ description: 'An instance of this process; of web unless told.' }),
  fresh: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: in an instance of its own, which ends with the command.' }),
  tty: z.enum(['true', 'false']).optional().meta({ description: 'false: pipes instead of a terminal.' }),
  columns: size.optional(),
  rows: size.optional(),
  command: z
    .union([argument, z.array(argument).min(1).max(256)])
    .optional()
    .meta({ description: 'The program and its arguments, once for each; a shell when missing.' }),
})

/** Text frames to the platform. */
export const execMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('resize'),
    columns: z.int().min(2).max(1000),
    rows: z.int().min(2).max(1000),
  }),
  z.strictObject({ type: z.literal('eof') }),
  z.strictObject({ type: z.enum(['pause', 'resume']) }),
])

export type ExecQuery = z.output<typeof execQuerySchema>
export type ExecMessage = z.output<typeof execMessageSchema>
