import { z } from 'zod'
import { emailSchema, newPasswordSchema } from './account.ts'
import { nameSchema } from './name.ts'

export { newPasswordSchema } from './account.ts'

export const setupStateSchema = z
  .strictObject({ claimed: z.boolean().meta({ description: 'Whether the platform has its owner.' }) })
  .meta({ id: 'SetupState' })

export const claimSchema = z
  .strictObject({
    token: z.string().min(1).max(200).meta({ description: 'From the one-time setup link.' }),
    email: emailSchema,
    password: newPasswordSchema,
    name: nameSchema,
  })
  .meta({ id: 'Claim' })

export const setupLinkSchema = z
  .strictObject({ url: z.url().nullable().meta({ description: 'Null once the platform has its owner.' }) })
  .meta({ id: 'SetupLink' })

/** No rules on the password here: a wrong one is a wrong one, however short. */
export const signInSchema = z.strictObject({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(1000),
})

export const identitySchema = z
  .strictObject({
    kind: z
      .enum(['local', 'user', 'token'])
      .meta({ description: 'local: over the socket file on the same machine; token: an API token.' }),
    email: z.string().nullable(),
    name: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Identity' })

export const sessionSchema = z
  .strictObject({
    token: z.string().meta({ description: 'Send it as `Authorization: Bearer …`.' }),
    expiresAt: z.iso.datetime(),
    identity: identitySchema,
  })
  .meta({ id: 'Session' })

export type Identity = z.output<typeof identitySchema>
export type Session = z.output<typeof sessionSchema>
