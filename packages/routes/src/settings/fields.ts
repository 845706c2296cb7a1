/** Single values as users write them. */
import { z } from 'zod'
import { parseNetwork } from '../networks.ts'
import { isRulePath } from '../path-rules.ts'

/** A day. */
export const LONGEST_SECONDS = 86_400
/** Ten years: for what browsers and caches keep. */
export const LONGEST_AGE_SECONDS = 315_360_000

export const urlPath = z
  .string()
  .max(2000)
  .regex(/^\/[^\s?#]*$/, 'must be a path that starts with "/", without blanks, "?" and "#"')

/** `/old` or `/old/*`: a `*` only at the end, after a `/`. */
export const pathPattern = urlPath.refine(
  isRulePath,
  'must be a path such as "/old", or "/old/*" for all under it, of visible ASCII characters',
)

export const network = z
  .string()
  .max(64)
  .refine(
    text => parseNetwork(text) !== undefined,
    'must be an address or a network, such as 192.0.2.7 or 192.0.2.0/24',
  )

export const networks = z.array(network).max(1000)

/** Whole numbers, since the edge counts in them. */
export const count = z.int().min(1).max(1_000_000)

/** Parts of a second are allowed, down to a millisecond. */
export const seconds = (min: number, max: number) => z.number().min(min).max(max).multipleOf(0.001)

export const age = z.int().min(0).max(LONGEST_AGE_SECONDS)

export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])$/, 'must be the slug of an app, such as "shop-api"')

export const processName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,30}$/,
    'a process name is 1 to 31 of a-z, 0-9, "-" and "_", and starts with a letter',
  )

export const lineOfText = z
  .string()
  .min(1)
  .max(500)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
  .regex(/^[^\x00-\x1f\x7f]*$/, 'must be one line')

/** An object whose names are checked by `key`; a wrong one is told with what is wrong about it. */
export function namedBy<Value extends z.ZodType>(key: z.ZodType<string>, value: Value, most: number) {
  return z.record(z.string(), value).superRefine((record, context) => {
    const names = Object.keys(record)
    if (names.length > most) context.addIssue({ code: 'custom', message: `has more than ${most} entries` })
    for (const name of names) {
      const message = key.safeParse(name).error?.issues[0]?.message
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message })
    }
  })
}
