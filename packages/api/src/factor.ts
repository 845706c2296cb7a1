/** Second factors, passkeys, sign-in of devices, and the tokens of programs. */
import { z } from 'zod'
import { nameSchema } from './name.ts'
import { identitySchema } from './session.ts'

export const codeSchema = z
  .string()
  .min(1)
  .max(20)
  .meta({ description: 'Six digits of the authenticator app.' })
export const recoveryCodeSchema = z.string().min(1).max(40).meta({ description: 'Each works once.' })
const ceremonySchema = z.string().min(1).max(100).meta({ description: 'From the step before; works once.' })
const passwordSchema = z.string().min(1).max(1000)

/** `cli`: answers with an access token and a refresh token instead of a session token and a cookie. */
export const clientSchema = z.enum(['browser', 'cli'])

const refreshShape = {
  refreshToken: z.string().meta({ description: 'For one call of `session.refresh`; it lives 7 days.' }),
  refreshExpiresAt: z.iso.datetime(),
}

export const clientSessionSchema = z
  .strictObject({
    token: z.string().meta({ description: 'Send it as `Authorization: Bearer …`.' }),
    expiresAt: z.iso.datetime(),
    ...z.strictObject(refreshShape).partial().shape,
    identity: identitySchema,
  })
  .meta({ id: 'ClientSession', description: 'The refresh token is there for clients that are no browser.' })

export const clientTokensSchema = z
  .strictObject({ token: z.string(), expiresAt: z.iso.datetime(), ...refreshShape })
  .meta({ id: 'ClientTokens' })

export const refreshSchema = z
  .strictObject({ refreshToken: z.string().min(1).max(200) })
  .meta({ id: 'Refresh' })

export const finishSignInSchema = z
  .strictObject({
    pendingToken: z
      .string()
      .min(1)
      .max(100)
      .meta({ description: 'From the problem `second_factor_needed`.' }),
    code: codeSchema.optional(),
    recoveryCode: recoveryCodeSchema.optional(),
    client: clientSchema.optional(),
  })
  .meta({ id: 'FinishSignIn' })

export const proofSchema = z
  .strictObject({
    password: passwordSchema.optional(),
    code: codeSchema.optional(),
    recoveryCode: recoveryCodeSchema.optional(),
  })
  .meta({ id: 'Proof', description: 'A code where the account has a second factor, else the password.' })

export const confirmedSchema = z.strictObject({ confirmed: z.literal(true) })

export const secondFactorSchema = z
  .strictObject({
    enabled: z.boolean(),
    required: z.boolean().meta({ description: 'Whether the platform demands one of this person.' }),
    recoveryCodesLeft: z.int(),
  })
  .meta({ id: 'SecondFactor' })

export const startSecondFactorSchema = z
  .strictObject({ password: passwordSchema })
  .meta({ id: 'StartSecondFactor' })

export const secondFactorSetupSchema = z
  .strictObject({
    uri: z.string().meta({ description: '`otpauth://totp/…`' }),
    secret: z.string().meta({ description: 'The same in base 32, to be typed.' }),
    qr: z.string().meta({ description: 'The same as a picture: SVG.' }),
  })
  .meta({ id: 'SecondFactorSetup' })

export const confirmSecondFactorSchema = z
  .strictObject({ code: codeSchema })
  .meta({ id: 'ConfirmSecondFactor' })

export const disableSecondFactorSchema = z
  .strictObject({
    password: passwordSchema,
    code: codeSchema.optional(),
    recoveryCode: recoveryCodeSchema.optional(),
  })
  .meta({ id: 'DisableSecondFactor' })

export const recoveryCodesSchema = z
  .strictObject({ recoveryCodes: z.array(z.string()).meta({ description: 'Shown this once.' }) })
  .meta({ id: 'RecoveryCodes' })

export const factorResetSchema = z.strictObject({ reset: z.boolean(), sessionsEnded: z.int() })

export const passkeySchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    synced: z.boolean().meta({ description: 'Whether it is kept in more than one place.' }),
  })
  .meta({ id: 'Passkey' })

const base64UrlSchema = z
  .string()
  .max(2000)
  .regex(/^[\w-]+$/, 'must be base64url')

/** What the browser's own interface takes and gives; it checks it, and so does the server. */
const webauthnOptionsSchema = z.looseObject({ challenge: z.string() })
const webauthnResponseSchema = z.looseObject({
  id: base64UrlSchema,
  rawId: base64UrlSchema,
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: z.string().max(10_000) }),
})

export const passkeyCeremonySchema = z
  .strictObject({ ceremony: ceremonySchema, options: webauthnOptionsSchema })
  .meta({
    id: 'PasskeyCeremony',
    description:
      'The options for `navigator.credentials`, as `PublicKeyCredential.parse…OptionsFromJSON` takes them.',
  })

export const addPasskeySchema = z
  .strictObject({
    ceremony: ceremonySchema,
    name: nameSchema,
    response: webauthnResponseSchema,
  })
  .meta({ id: 'AddPasskey' })

export const passkeyParamsSchema = z.strictObject({ id: z.string().max(64).regex(/^\w+$/, 'must be an id') })

export const beginPasskeySignInSchema = z
  .strictObject({ email: z.string().min(1).max(254).optional() })
  .meta({ id: 'BeginPasskeySignIn' })

export const passkeySignInSchema = z
  .strictObject({
    ceremony: ceremonySchema,
    response: webauthnResponseSchema,
    client: clientSchema.optional(),
  })
  .meta({ id: 'PasskeySignIn' })

export const deviceStartedSchema = z
  .strictObject({
    deviceCode: z.string().meta({ description: 'For the program alone.' }),
    userCode: z.string().meta({ description: 'For the person: `WDJB-MJHT`.' }),
    verificationUrl: z.url(),
    verificationUrlComplete: z.url().meta({ description: 'With the code in it.' }),
    expiresAt: z.iso.datetime(),
    intervalSeconds: z.int(),
  })
  .meta({ id: 'DeviceStarted' })

export const deviceTokenSchema = z
  .strictObject({ deviceCode: z.string().min(1).max(100) })
  .meta({ id: 'DeviceToken' })

export const deviceParamsSchema = z.strictObject({ userCode: z.string().min(1).max(40) })

export const askingDeviceSchema = z
  .strictObject({
    userCode: z.string(),
    device: z.string().nullable().meta({ description: '`Seaworthy command line on Linux`' }),
    address: z.string().nullable(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'AskingDevice' })

export const deviceDecidedSchema = z.strictObject({ decision: z.enum(['approved', 'denied']) })

export type ClientSession = z.output<typeof clientSessionSchema>
export type ClientTokens = z.output<typeof clientTokensSchema>
export type SecondFactor = z.output<typeof secondFactorSchema>
export type Passkey = z.output<typeof passkeySchema>
export type AskingDevice = z.output<typeof askingDeviceSchema>
