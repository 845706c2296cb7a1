/** A person's own account and sessions. */
import { z } from 'zod'
import { nameSchema } from './name.ts'

export const emailSchema = z.email('must be an e-mail address').max(254)

/** Judged by the server's policy, which tells every reason; here only what no policy would take. */
export const newPasswordSchema = z.string().min(1, 'is missing').max(1000, 'must have at most 128 characters')

const passwordSchema = z.string().min(1).max(1000)
/** From a link in a mail. */
export const linkTokenSchema = z.string().min(1).max(200)

export const accountSchema = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean().meta({ description: 'Whether it is known that mail to it arrives at them.' }),
    name: z.string(),
    hasPassword: z.boolean(),
    twoFactorEnabled: z.boolean(),
    platformRole: z.enum(['admin', 'member']),
  })
  .meta({ id: 'Account' })

export const updateAccountSchema = z.strictObject({ name: nameSchema }).meta({ id: 'UpdateAccount' })

export const changePasswordSchema = z
  .strictObject({
    currentPassword: passwordSchema.optional().meta({ description: 'Not for who has none yet.' }),
    newPassword: newPasswordSchema,
  })
  .meta({ id: 'ChangePassword' })

export const changeEmailSchema = z
  .strictObject({
    email: emailSchema,
    password: passwordSchema.optional().meta({ description: 'The present one, for who has one.' }),
  })
  .meta({ id: 'ChangeEmail' })

export const emailOnlySchema = z.strictObject({ email: z.string().min(1).max(254) }).meta({ id: 'EmailOnly' })

export const linkSchema = z.strictObject({ token: linkTokenSchema }).meta({ id: 'Link' })

export const resetPasswordSchema = z
  .strictObject({ token: linkTokenSchema, password: newPasswordSchema })
  .meta({ id: 'ResetPassword' })

export const liveSessionSchema = z
  .strictObject({
    id: z.string(),
    device: z.string().nullable().meta({ description: '`Firefox on Linux`, as far as it is known.' }),
    address: z.string().nullable().meta({ description: 'Where it was opened from.' }),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().meta({ description: 'To the minute.' }),
    expiresAt: z.iso.datetime(),
    current: z.boolean().meta({ description: 'Whether this request uses it.' }),
  })
  .meta({ id: 'LiveSession' })

export type Account = z.output<typeof accountSchema>
export type LiveSession = z.output<typeof liveSessionSchema>
