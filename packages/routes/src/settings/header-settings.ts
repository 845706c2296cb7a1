import { z } from 'zod'

/**
 * Headers that belong to the connection or to the body's framing (RFC 9110 §7.6.1, RFC 9112 §6): never an app's to set.
 */
const EDGE_HEADERS = new Set(
  'connection content-length date host keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)
const MAX_HEADERS = 50

/** Name → value; an empty value means that the header is never sent. */
export const headersSchema = z
  .record(z.string(), z.string().max(4096))
  .refine(headers => Object.keys(headers).length <= MAX_HEADERS, `has more than ${MAX_HEADERS} headers`)
  .superRefine((headers, context) => {
    for (const [name, value] of Object.entries(headers)) {
      const message = headerProblem(name, value)
      if (message) context.addIssue({ code: 'custom', path: [name], message })
    }
  })

/** What a page may load and who may frame it. In report mode browsers only tell of what they would have stopped. */
export const cspSchema = z.strictObject({
  mode: z.enum(['report-only', 'enforce', 'off']),
  /** The platform's own policy when missing. */
  policy: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[\t\x20-\x7e]*$/, 'may hold printable ASCII characters only, in one line')
    .optional(),
})

function headerProblem(name: string, value: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name)) return `"${name}" is not a header name`
  if (EDGE_HEADERS.has(name.toLowerCase())) return `"${name}" is set by the platform`
  if (!/^[\t\x20-\x7e]*$/.test(value)) return 'a header value holds printable ASCII characters only'
  return undefined
}
