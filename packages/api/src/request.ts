import { z } from 'zod'
import { queryInteger } from './paging.ts'

/** A request that an app got, as the edge saw it. */
export const requestSchema = z
  .strictObject({
    at: z.iso.datetime().meta({ description: 'When its answer ended.' }),
    id: z.string().meta({ description: 'The `X-Request-Id` of the answer.' }),
    address: z.string().meta({ description: 'Shortened or empty where the app keeps no whole addresses.' }),
    method: z.string(),
    host: z.string(),
    path: z.string(),
    query: z.string().nullable().meta({ description: 'Values with secret names read `[redacted]`.' }),
    status: z.int(),
    ms: z.number().meta({ description: 'Until the end of the answer.' }),
    headMs: z.number().nullable().meta({ description: 'Until the head of the answer.' }),
    bytesIn: z.int(),
    bytesOut: z.int(),
    protocol: z.string(),
    release: z.string().nullable(),
    process: z.string().nullable(),
    instance: z.string().nullable(),
    cache: z.string().nullable(),
    agent: z.string().nullable(),
    referrer: z.string().nullable(),
  })
  .meta({ id: 'Request' })

const time = z.iso.datetime({ offset: true })

export const requestQuerySchema = z.strictObject({
  status: z
    .string()
    .regex(/^[1-5](\d\d|xx)$/i, 'must be a status such as 404, or a class such as 5xx')
    .optional(),
  method: z
    .string()
    .regex(/^[A-Za-z]{1,20}$/, 'must be a method such as POST')
    .optional(),
  path: z
    .string()
    .startsWith('/', 'must start with /')
    .max(500)
    .optional()
    .meta({ description: '`/exact`, or with * for any text: `/api/*`.' }),
  slowMs: queryInteger(0, 86_400_000).optional().meta({ description: 'Took at least so many milliseconds.' }),
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  since: time.optional(),
  until: time.optional(),
  limit: queryInteger(1, 1_000).optional().meta({ description: 'The newest win; 100 when missing.' }),
  follow: z.enum(['true', 'false']).optional().meta({
    description: 'true: an event stream of `request` events, from now on or with `limit` older ones.',
  }),
})

export const requestsSchema = z
  .strictObject({
    requests: z.array(requestSchema).meta({ description: 'The oldest first.' }),
    complete: z
      .boolean()
      .meta({ description: 'false: the search took too long and looked no further back.' }),
    searchedBackTo: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Requests' })

export const requestEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('request'), ...requestSchema.shape }),
    z.strictObject({
      type: z.literal('dropped'),
      count: z.int().meta({ description: 'Requests that came faster than they could be told.' }),
    }),
  ])
  .meta({ id: 'RequestEvent' })

export type Request = z.output<typeof requestSchema>
export type RequestEvent = z.output<typeof requestEventSchema>
