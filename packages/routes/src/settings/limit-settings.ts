import { z } from 'zod'
import { count, LONGEST_SECONDS, namedBy, seconds, urlPath } from './fields.ts'

const boundsShape = {
  /** In any sixty seconds, by one client address. */
  requestsPerMinutePerIp: count.optional(),
  /** With the app at the same time. */
  concurrentRequests: count.optional(),
  concurrentRequestsPerIp: count.optional(),
  /** Where requests wait for a free place among `concurrentRequests`; without it they are refused. */
  queue: z.strictObject({ maxRequests: count, waitSeconds: seconds(0.001, LONGEST_SECONDS) }).optional(),
  bodyMb: z.number().min(0).max(1_048_576).optional(),
  headerKb: z.number().min(0.25).max(1024).optional(),
  /** Without a byte in either direction. */
  idleSeconds: seconds(0.001, LONGEST_SECONDS).optional(),
  /** From the first byte of the request to the last of its answer; not for WebSockets and event streams. */
  totalSeconds: seconds(0.001, LONGEST_SECONDS).optional(),
}

const QUEUE_NEEDS_BOUND = {
  path: ['queue'],
  message: 'needs concurrentRequests beside it: a queue is for what comes on top of that',
}

const pathBoundsSchema = z.strictObject(boundsShape)

/** What is missing is unbounded, or as the edge's own limits have it. */
export const limitsSchema = z
  .strictObject({
    ...boundsShape,
    /** Open connections by one client address. */
    connectionsPerIp: count.optional(),
    /** Other bounds under a path; what they do not name stays. */
    paths: namedBy(urlPath, pathBoundsSchema, 100).optional(),
  })
  .refine(limits => !limits.queue || limits.concurrentRequests !== undefined, QUEUE_NEEDS_BOUND)
  .superRefine((limits, context) => {
    for (const [path, bounds] of Object.entries(limits.paths ?? {})) {
      if (bounds.queue && bounds.concurrentRequests === undefined && limits.concurrentRequests === undefined)
        context.addIssue({
          code: 'custom',
          path: ['paths', path, 'queue'],
          message: QUEUE_NEEDS_BOUND.message,
        })
    }
  })

export type LimitSettings = z.output<typeof limitsSchema>
export type PathBounds = z.output<typeof pathBoundsSchema>
