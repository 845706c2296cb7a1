import { z } from 'zod'
import { findRedirectLoop, redirectTargetProblem, rewriteTargetProblem } from '../path-rules.ts'
import { age, lineOfText, namedBy, pathPattern, processName, slug, urlPath } from './fields.ts'

const MAX_RULES = 500
/** Rules are written before it is known which hosts the app will have. */
const ANY_HOST = 'host.invalid'

export const redirectsSchema = z
  .array(
    z.strictObject({
      from: pathPattern,
      /** A path, or a whole address. */
      to: z.string().max(2000),
      /** 302 unless told: browsers keep 301 and 308 for ever. */
      status: z
        .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)], {
          error: 'must be 301, 302, 303, 307 or 308',
        })
        .default(302),
      /** Only for this host of the app. */
      host: z
        .string()
        .max(255)
        .regex(/^[a-z0-9.-]+$/, 'must be a host name in lower case, without port')
        .optional(),
    }),
  )
  .max(MAX_RULES)
  .superRefine((rules, context) => {
    for (const [index, rule] of rules.entries()) {
      const problem = redirectTargetProblem(rule)
      if (problem) addIssue(context, [index, 'to'], `must be ${problem}`)
    }
    const loop = findRedirectLoop(rules, [ANY_HOST])
    if (loop !== undefined) addIssue(context, [loop, 'to'], 'leads back to itself: that would never end')
  })

export const rewritesSchema = z
  .array(z.strictObject({ from: pathPattern, to: z.string().max(2000) }))
  .max(MAX_RULES)
  .superRefine((rules, context) => {
    for (const [index, rule] of rules.entries()) {
      const problem = rewriteTargetProblem(rule)
      if (problem) addIssue(context, [index, 'to'], `must be ${problem}`)
    }
  })

const pathRouteSchema = z
  .strictObject({
    /** Of this app. */
    process: processName.optional(),
    /** Another app of the same team. */
    app: slug.optional(),
    /** The app sees `/users` where the client asked for `/api/users`. */
    stripPrefix: z.boolean().default(false),
  })
  .refine(
    ({ process, app }) => (process === undefined) !== (app === undefined),
    'needs either "process" or "app"',
  )

const pathBelowRoot = urlPath.refine(
  path => path !== '/' && !path.includes('*'),
  'must be a path below "/", without "*"',
)

export const pathRoutesSchema = namedBy(pathBelowRoot, pathRouteSchema, 50).superRefine((routes, context) => {
  const paths = Object.keys(routes)
  for (const path of paths)
    if (path.endsWith('/') && paths.includes(path.slice(0, -1)))
      addIssue(context, [path], `is there twice: "${path.slice(0, -1)}" means the same`)
})

export const cacheSchema = z
  .array(
    z.strictObject({
      /** `/assets/*`, `*.css`, `/exact`. */
      path: z
        .string()
        .max(2000)
        .regex(/^(\/[^\s?#*]*\*?|\*\.[A-Za-z0-9.]{1,20})$/, 'must be like "/assets/*", "*.css" or "/exact"'),
      /** Keep at the edge what the app allows to be kept (RFC 9111). */
      store: z.boolean().default(true),
      /** For answers that say nothing about how long they may be kept. */
      defaultSeconds: age.optional(),
      staleWhileRevalidateSeconds: age.optional(),
      staleIfErrorSeconds: age.optional(),
      /** Sent to clients as `Cache-Control` where the answer has none. */
      clientCacheControl: lineOfText.max(200).optional(),
    }),
  )
  .max(100)

export const stickySchema = z.strictObject({
  cookie: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a cookie name of A-Z, a-z, 0-9, "-" and "_"')
    .default('seaworthy_sticky'),
  /** 0: until the browser closes. */
  maxAgeSeconds: age.default(0),
})

/** RFC 6797. */
export const httpsSchema = z.strictObject({
  /** Plain HTTP is answered with a redirect to https. */
  redirect: z.boolean().default(true),
  hsts: z
    .strictObject({
      /** 0 tells browsers to forget it. */
      maxAgeSeconds: age,
      includeSubdomains: z.boolean().default(false),
    })
    .optional(),
})

export const callsSchema = z.array(slug).max(100)

type Refinement = {
  addIssue: (issue: { code: 'custom'; path: (string | number)[]; message: string }) => void
}

function addIssue(context: Refinement, path: (string | number)[], message: string): void {
  context.addIssue({ code: 'custom', path, message })
}

export type PathRoutes = z.output<typeof pathRoutesSchema>
