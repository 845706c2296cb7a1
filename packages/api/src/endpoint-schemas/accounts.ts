import { z } from 'zod'
import {
  accountSchema,
  changeEmailSchema,
  changePasswordSchema,
  emailOnlySchema,
  linkSchema,
  liveSessionSchema,
  resetPasswordSchema,
  updateAccountSchema,
} from '../account.ts'
import type { accountEndpoints } from '../endpoint-list/accounts.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { listQuery } from '../paging.ts'
import { sessionSchema } from '../session.ts'

const sessionParams = z.strictObject({ id: z.string().regex(/^[\w-]{1,64}$/, 'is no session') })
const asked = z.strictObject({ asked: z.literal(true) })
const ended = z.strictObject({ ended: z.int() })
const changed = z.strictObject({ changed: z.literal(true), sessionsEnded: z.int() })

export const accountEndpointSchemas = {
  'session.mail-link': { body: emailOnlySchema, data: asked },
  'session.open-link': { body: linkSchema, data: sessionSchema },
  'sessions.list': { query: listQuery(['lastUsedAt'], {}), data: z.array(liveSessionSchema), paged: true },
  'sessions.end': { params: sessionParams, data: ended },
  'sessions.end-all': { query: z.strictObject({ keep: z.literal('current').optional() }), data: ended },
  'account.get': { data: accountSchema },
  'account.update': { body: updateAccountSchema, data: accountSchema },
  'account.password': { body: changePasswordSchema, data: changed },
  'account.email': { body: changeEmailSchema, data: asked },
  'account.confirm-email': { body: linkSchema, data: accountSchema },
  'password.forgot': { body: emailOnlySchema, data: asked },
  'password.reset': { body: resetPasswordSchema, data: z.strictObject({ reset: z.literal(true) }) },
  'password.reset-link': {
    body: emailOnlySchema,
    data: z.strictObject({ url: z.url(), expiresAt: z.iso.datetime() }),
  },
} satisfies Record<keyof typeof accountEndpoints, EndpointSchemas>
