import { z } from 'zod'
import { accessSchema, givenAccessSchema } from './access-settings.ts'
import { lineOfText, networks, seconds } from './fields.ts'
import { cspSchema, headersSchema } from './header-settings.ts'
import { limitsSchema } from './limit-settings.ts'
import {
  cacheSchema,
  callsSchema,
  httpsSchema,
  pathRoutesSchema,
  redirectsSchema,
  rewritesSchema,
  stickySchema,
} from './rule-settings.ts'

const shape = {
  /** Sent with every answer, in place of what the app says under that name. */
  headers: headersSchema.optional(),
  csp: cspSchema.optional(),
  limits: limitsSchema.optional(),
  access: accessSchema.optional(),
  redirects: redirectsSchema.optional(),
  rewrites: rewritesSchema.optional(),
  /** Path → another process of the app, or another app of its team. */
  routes: pathRoutesSchema.optional(),
  cache: cacheSchema.optional(),
  /** False: answers go out as the app gives them. */
  compression: z.boolean().optional(),
  sticky: stickySchema.optional(),
  /** Apps of the same team that this one may call by `http://<slug>.internal`. */
  calls: callsSchema.optional(),
  https: httpsSchema.optional(),
}

/**
 * How the edge treats an app's requests, as users write it: in `seaworthy.json` (part of each release) and as settings
 * of the app, where a key replaces the one of the release. Every key may be missing. What is unknown is refused.
 */
export const trafficSettingsSchema = z.strictObject(shape)

/** The same as it is sent by people: passwords may be in clear (see `hashPasswords`). */
export const givenTrafficSchema = z.strictObject({ ...shape, access: givenAccessSchema.optional() })

/** A change of some keys; null takes a key away, so that the release's counts again. */
export const trafficPatchSchema = z
  .strictObject({
    ...nullableShape(shape),
    access: givenAccessSchema.nullable().optional(),
  })
  .refine(patch => Object.keys(patch).length > 0, 'must change at least one setting')

/** The fields of the manifest, each by its name. */
export const trafficFields = shape

/** The app is being worked on: requests wait, then get a page. */
export const maintenanceSchema = z.strictObject({
  /** How long a request waits for the end of it before it gets the page. */
  holdSeconds: seconds(0, 300).default(0),
  /** What the page says. */
  message: lineOfText.optional(),
  /** Addresses and networks that get the app all the same. */
  allow: networks.optional(),
})

export type TrafficSettings = z.output<typeof trafficSettingsSchema>
export type GivenTraffic = z.output<typeof givenTrafficSchema>
export type TrafficPatch = z.output<typeof trafficPatchSchema>
export type MaintenanceSettings = z.output<typeof maintenanceSchema>
export type TrafficKey = keyof TrafficSettings

/** In the order in which they are shown. */
export const TRAFFIC_KEYS = Object.keys(shape) as TrafficKey[]

/** Only the keys that are traffic settings, of an object that may hold more. */
export function trafficOf(settings: Readonly<TrafficSettings>): TrafficSettings {
  return Object.fromEntries(
    TRAFFIC_KEYS.filter(key => settings[key] !== undefined).map(key => [key, settings[key]]),
  )
}

type Nullable<Shape extends z.ZodRawShape> = {
  [Key in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Key]>>
}

function nullableShape<Shape extends z.ZodRawShape>(of: Shape): Nullable<Shape> {
  const entries = Object.entries(of).map(([key, schema]) => [
    key,
    (schema as z.ZodType).nullable().optional(),
  ])
  return Object.fromEntries(entries)
}
