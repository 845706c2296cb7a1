import { z } from 'zod'
import { slugSchema, teamSlugSchema } from './app.ts'
import { nameSchema } from './name.ts'
import { listQuery } from './paging.ts'

export const scopeSchema = z.enum(['read', 'deploy', 'manage', 'admin']).meta({
  id: 'Scope',
  description:
    'read: look; deploy: also deploy, scale, restart; manage: also change settings and env; admin: all.',
})

export const tokenSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    hint: z.string().meta({ description: 'The last 4 characters of the token.' }),
    state: z.enum(['active', 'expired', 'revoked']),
    scopes: z.array(scopeSchema),
    apps: z.array(z.string()).nullable().meta({ description: 'Slugs; null: every app its person may use.' }),
    team: z.string().nullable().meta({ description: 'Slug; null: every team of its person.' }),
    person: z.strictObject({ id: z.string(), email: z.string(), name: z.string() }),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: 'To the minute.' }),
    lastUsedFrom: z.string().nullable(),
    previousUntil: z.iso.datetime().nullable().meta({
      description: 'After a rotation: until when the token before works too.',
    }),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Token' })

export const madeTokenSchema = z
  .strictObject({
    secret: z.string().meta({ description: 'The token itself: `swt_…`. It is never shown again.' }),
    token: tokenSchema,
  })
  .meta({ id: 'MadeToken' })

const expiresInDays = z
  .union([z.int().min(1).max(366), z.literal('never')])
  .meta({ description: '1 to 366, or `never`.' })

/** Nobody is named here: a token always belongs to who makes it. */
export const createTokenSchema = z
  .strictObject({
    name: nameSchema,
    scopes: z.array(scopeSchema).min(1).max(4).meta({ description: 'Each includes the ones before it.' }),
    apps: z.array(slugSchema).min(1).max(100).optional(),
    team: teamSlugSchema.optional(),
    expiresInDays: expiresInDays.default(90),
  })
  .meta({ id: 'CreateToken' })

export const rotateTokenSchema = z
  .strictObject({
    overlapHours: z.int().min(0).max(168).default(24).meta({
      description: 'How long the token before works on.',
    }),
    expiresInDays: expiresInDays.optional().meta({
      description: 'Counted from now; 90 when missing, or `never` for a token that never expires.',
    }),
  })
  .meta({ id: 'RotateToken' })

export const tokenParamsSchema = z.strictObject({ id: z.string().min(1).max(64) })
export const tokenQuerySchema = listQuery(['createdAt'], {})

export type Token = z.output<typeof tokenSchema>
export type MadeToken = z.output<typeof madeTokenSchema>
