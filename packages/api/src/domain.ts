/** Claimed hosts of apps, and their certificates. */
import { z } from 'zod'
import { appParamsSchema } from './app.ts'

/** As people type it; the server says what is wrong with a name. */
const hostSchema = z.string().min(1).max(1000)

export const domainParamsSchema = appParamsSchema.extend({
  host: hostSchema.meta({ description: 'The host, such as shop.example.com or *.example.com.' }),
})

export const challengeSchema = z.enum(['auto', 'http-01', 'tls-alpn-01', 'dns-01'])

const MOST_SECONDS = 10 * 365 * 86_400

const httpsFields = {
  redirect: z.boolean().meta({ description: 'Plain HTTP is sent to https.' }),
  hstsMaxAgeSeconds: z.int().min(0).max(MOST_SECONDS).meta({
    description: 'For how long browsers insist on https (Strict-Transport-Security). 0: not at all.',
  }),
  hstsIncludeSubdomains: z.boolean(),
}

/** Host names and addresses of name servers. */
const serverSchema = z.string().regex(/^[A-Za-z0-9.:-]{1,255}$/, 'must be a host name or an address')
const secretSchema = z.string().min(1).max(1000)

export const dnsDriverSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('rfc2136'),
      server: serverSchema.meta({ description: 'The name server that takes updates.' }),
      port: z.int().min(1).max(65_535).default(53),
      zone: z
        .string()
        .regex(/^[A-Za-z0-9.-]{1,253}$/, 'must be a zone such as example.com')
        .meta({ description: 'The zone that it holds.' }),
      keyName: z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, 'must be the name of a TSIG key'),
      algorithm: z.enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512']).default('hmac-sha256'),
      secret: secretSchema
        .regex(/^[A-Za-z0-9+/=]+$/, 'must be base64, as tsig-keygen prints it')
        .meta({ description: 'Of the TSIG key (RFC 8945). Write-only.' }),
    }),
    z.strictObject({
      kind: z.literal('webhook'),
      url: z.url({ protocol: /^https?$/ }).max(2000),
      secret: secretSchema.meta({ description: 'Signs what is sent. Write-only.' }),
    }),
  ])
  .meta({ id: 'DnsDriver' })

const shownDnsSchema = z.union([
  z.strictObject({
    kind: z.literal('rfc2136'),
    server: z.string(),
    port: z.int(),
    zone: z.string(),
    keyName: z.string(),
    algorithm: z.string(),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    host: z.string().meta({ description: 'Of the URL, whose path may hold a secret.' }),
  }),
])

const timeSchema = z.iso.datetime()

export const domainSchema = z
  .strictObject({
    host: z.string().meta({ description: 'As in DNS: lower-case ASCII.' }),
    display: z.string().meta({ description: 'For people; in Unicode where that deceives nobody.' }),
    state: z.enum(['working', 'secured', 'failed', 'plain']).meta({
      description:
        'working: a certificate is being got; secured: one is served; failed: the last attempt failed; plain: none is wanted.',
    }),
    redirectTo: z
      .string()
      .nullable()
      .meta({ description: 'Another domain of the app, where all requests go.' }),
    https: z.strictObject(httpsFields),
    challenge: challengeSchema,
    dns: shownDnsSchema.nullable(),
    records: z
      .array(z.strictObject({ type: z.enum(['A', 'AAAA', 'CNAME']), name: z.string(), value: z.string() }))
      .meta({ description: 'What DNS should say; any one of them is enough.' }),
    seen: z
      .array(
        z.strictObject({
          type: z.enum(['A', 'AAAA', 'CNAME']),
          value: z.string(),
          leadsHere: z.boolean().nullable().meta({
            description: 'null: of an alias, or where the platform does not know its own addresses.',
          }),
        }),
      )
      .nullable()
      .meta({ description: 'What DNS said when it was asked last; null: it was not asked yet.' }),
    claim: z.strictObject({
      heldUntil: timeSchema.meta({
        description: 'Until then nobody else may claim it, unless they prove it in DNS.',
      }),
      provedAt: timeSchema.nullable(),
      record: z
        .strictObject({ name: z.string(), value: z.string() })
        .meta({ description: 'A TXT record that proves the claim of your team.' }),
    }),
    steps: z.array(
      z.strictObject({
        name: z.enum(['dns', 'caa', 'reach', 'order', 'certificate']),
        state: z.enum(['waiting', 'running', 'ok', 'warning', 'failed']),
        message: z.string().meta({ description: 'What was seen or done.' }),
        todo: z.string().nullable().meta({ description: 'What its owner should do now; null: nothing.' }),
        at: timeSchema,
      }),
    ),
    problem: z
      .strictObject({ code: z.string(), message: z.string(), retryAt: timeSchema.nullable() })
      .nullable(),
    certificate: z
      .strictObject({
        source: z.enum(['acme', 'upload']),
        issuer: z.string(),
        names: z.array(z.string()),
        notBefore: timeSchema,
        notAfter: timeSchema,
        renewAt: timeSchema.nullable().meta({ description: 'null: it was uploaded and is not renewed.' }),
      })
      .nullable(),
    checkedAt: timeSchema.nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Domain' })

export const addDomainSchema = z.strictObject({
  host: hostSchema,
  redirectTo: hostSchema.optional(),
  challenge: challengeSchema.optional(),
  https: z.strictObject(httpsFields).partial().optional(),
  dns: dnsDriverSchema.optional(),
  certificate: z.boolean().optional().meta({ description: 'false: get none; one may be uploaded.' }),
})

export const updateDomainSchema = z.strictObject({
  redirectTo: hostSchema.nullable().optional(),
  challenge: challengeSchema.optional(),
  https: z.strictObject(httpsFields).partial().optional(),
  dns: dnsDriverSchema.nullable().optional(),
})

const pemSchema = z.string().min(1).max(200_000)

export const uploadCertificateSchema = z.strictObject({
  chain: pemSchema.meta({ description: 'PEM, in any order.' }),
  key: pemSchema.meta({ description: 'PEM, without a passphrase. Write-only.' }),
})

export const renewDomainSchema = z.strictObject({
  automatic: z.boolean().optional().meta({
    description: 'Also where a certificate was uploaded: the platform gets one in its place and renews it.',
  }),
})

export type Domain = z.output<typeof domainSchema>
