import { z } from 'zod'

const time = z.iso.datetime({ offset: true })

const named = z.array(
  z.strictObject({
    name: z.string().nullable().meta({ description: 'null: all that found no place of their own.' }),
    views: z.int(),
  }),
)

export const visitsQuerySchema = z.strictObject({
  from: time.optional().meta({ description: 'Seven days ago when missing. Lists go by whole days, UTC.' }),
  to: time.optional().meta({ description: 'Now when missing.' }),
})

export const visitsSchema = z
  .strictObject({
    enabled: z.boolean().meta({ description: 'Whether visits of this app are counted now.' }),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    stepSeconds: z.int(),
    series: z.array(z.strictObject({ at: z.iso.datetime(), views: z.int(), visits: z.int() })),
    views: z.int().meta({ description: 'Pages that people opened.' }),
    visits: z.int().meta({ description: 'People, each counted once a day (UTC).' }),
    bots: z.int().meta({ description: 'Pages that programs opened; in no other figure.' }),
    unfollowed: z
      .int()
      .meta({ description: 'Views whose browser asked for privacy: in `views` and `pages` only.' }),
    pages: named,
    referrers: named,
    devices: named,
    browsers: named,
    countries: named,
    traffic: z
      .strictObject({
        requests: z.int(),
        responses: z.strictObject({ '2xx': z.int(), '3xx': z.int(), '4xx': z.int(), '5xx': z.int() }),
        bytesOut: z.int(),
        cacheHits: z.int(),
        p50Ms: z.number().nullable(),
        p95Ms: z.number().nullable(),
        p99Ms: z.number().nullable(),
      })
      .meta({ description: 'Of all requests in this time, not of pages alone.' }),
  })
  .meta({ id: 'Visits' })

export type Visits = z.output<typeof visitsSchema>
