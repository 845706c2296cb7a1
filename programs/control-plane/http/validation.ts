/** Checks what a request brought against the schemas of its endpoint. */
import type { Endpoint } from '@seaworthy/api'
import type { FieldError } from '@seaworthy/kit'
import type { z } from 'zod'
import { InvalidInput } from './errors.ts'
import { unkeptPlaces } from './kept-text.ts'

const UNKEPT = 'has a NUL character, or half of a character'

type Part = 'params' | 'query' | 'body'

export interface RequestParts {
  params: unknown
  query: unknown
  body: unknown
}

/** The parsed parts. Throws `InvalidInput`, which names every wrong field of all parts. */
export function validateRequest(endpoint: Endpoint, given: RequestParts): RequestParts {
  const errors: FieldError[] = []
  const parsed = {
    params: parsePart('params', endpoint.params, given.params, errors),
    query: parsePart('query', endpoint.query, given.query, errors),
    body: parsePart('body', endpoint.body, given.body, errors),
  }
  if (errors.length > 0) throw new InvalidInput(errors)
  return parsed
}

/** As `validateRequest`, for a value that came on its own: the fields of an upload. */
export function validateValue<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: Part,
): z.output<Schema> {
  const errors: FieldError[] = []
  const parsed = parsePart(part, schema, value, errors)
  if (errors.length > 0) throw new InvalidInput(errors)
  return parsed as z.output<Schema>
}

function parsePart(part: Part, schema: z.ZodType | undefined, value: unknown, errors: FieldError[]): unknown {
  if (!schema) return refuseUnexpected(part, value, errors)
  const result = schema.safeParse(value ?? (part === 'body' ? undefined : {}))
  if (result.success) {
    errors.push(...unkeptPlaces(value).map(path => ({ path: pathOf(part, path), message: UNKEPT })))
    return result.data
  }
  errors.push(...result.error.issues.flatMap(issue => fieldErrors(part, issue)))
  return undefined
}

function refuseUnexpected(part: Part, value: unknown, errors: FieldError[]): undefined {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  for (const name of names) errors.push({ path: pathOf(part, [name]), message: 'is not known here' })
  if (names.length === 0 && value !== undefined && value !== null && !isEmptyObject(value)) {
    errors.push({ path: pathOf(part, []), message: 'must be empty' })
  }
  return undefined
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value)
}

function fieldErrors(part: Part, issue: z.core.$ZodIssue): FieldError[] {
  const path = pathOf(part, issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({ path: pathOf(part, [...issue.path, key]), message: 'is not known here' }))
  }
  if (issue.code === 'invalid_union') return unionErrors(part, issue)
  return [{ path, message: plainMessage(issue) }]
}

/** Speaks of the alternative that came closest: the one with the fewest complaints. */
function unionErrors(part: Part, issue: z.core.$ZodIssueInvalidUnion): FieldError[] {
  const [closest] = [...issue.errors].sort((a, b) => complaints(a) - complaints(b))
  if (!closest) return [{ path: pathOf(part, issue.path), message: plainMessage(issue) }]
  return closest.flatMap(inner => fieldErrors(part, { ...inner, path: [...issue.path, ...inner.path] }))
}

/** A missing field that an alternative is told by weighs more than a wrong value inside it. */
function complaints(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.path.length <= 1 ? 2 : 1), 0)
}

/** Fields of the body stand for themselves; elsewhere the place leads: `query.page`. */
function pathOf(part: Part, path: readonly PropertyKey[]): string {
  return [...(part === 'body' ? [] : [part]), ...path.map(String)].join('.')
}

function plainMessage(issue: z.core.$ZodIssue): string {
  // The key of a record is wrong: what is wrong with it says more than that it is.
  if (issue.code === 'invalid_key' && issue.issues[0]) return plainMessage(issue.issues[0])
  if (issue.code === 'invalid_type') {
    return issue.message.endsWith('received undefined') ? 'is missing' : `must be of type ${issue.expected}`
  }
  if (issue.code === 'too_small' && isNumeric(issue)) return `must be ${issue.minimum} or more`
  if (issue.code === 'too_big' && isNumeric(issue)) return `must be ${issue.maximum} or less`
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
}

function isNumeric({ origin, inclusive }: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): boolean {
  return (origin === 'number' || origin === 'int') && inclusive === true
}
