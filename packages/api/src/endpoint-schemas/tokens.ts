import { z } from 'zod'
import { teamSlugSchema } from '../app.ts'
import type { tokenEndpoints } from '../endpoint-list/tokens.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import {
  createTokenSchema,
  madeTokenSchema,
  rotateTokenSchema,
  tokenParamsSchema,
  tokenQuerySchema,
  tokenSchema,
} from '../token.ts'

const listed = { query: tokenQuerySchema, data: z.array(tokenSchema), paged: true } as const

export const tokenEndpointSchemas = {
  'tokens.list': listed,
  'tokens.create': { body: createTokenSchema, data: madeTokenSchema },
  'tokens.rotate': { params: tokenParamsSchema, body: rotateTokenSchema, data: madeTokenSchema },
  'tokens.revoke': { params: tokenParamsSchema, data: tokenSchema },
  'tokens.team': { ...listed, params: z.strictObject({ team: teamSlugSchema }) },
  'tokens.all': listed,
} satisfies Record<keyof typeof tokenEndpoints, EndpointSchemas>
