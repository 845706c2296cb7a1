/** Requests to every operation of an OpenAPI 3.1 document: right ones, wrong ones, and ones that nobody expects. */
import fc from 'fast-check'
import { nastyText, type Schema, schemaArbitrary } from './schema-arbitrary.ts'

export interface FuzzedRequest {
  operationId: string
  method: string
  /** With its query. */
  path: string
  headers: Record<string, string>
  body?: string
}

export interface OpenApiRequestsOptions {
  /** What is known to be there, by parameter: `{ slug: ['shop'] }`. */
  known?: Record<string, readonly string[]>
  /** Values of the header `authorization`; undefined for none. */
  credentials?: readonly (string | undefined)[]
  /** Operations that are not to be tried, such as one that ends the session of all others. */
  except?: readonly string[]
  /** How many of a hundred values are something else than the document says. */
  nastyPercent?: number
}

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

interface Described {
  method: string
  path: string
  operation: Operation
}

/** Each operation comes as often as any other. The same seed draws the same requests. */
export function openApiRequests(
  document: Record<string, unknown>,
  options: OpenApiRequestsOptions = {},
): fc.Arbitrary<FuzzedRequest> {
  const { except = [] } = options
  const described = operationsOf(document).filter(({ operation }) => !except.includes(operation.operationId))
  const resolve = resolver(document)
  return fc.oneof(...described.map(one => requestTo(one, resolve, options)))
}

function operationsOf({ paths }: Record<string, unknown>): Described[] {
  return Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function resolver(document: Record<string, unknown>): (reference: string) => Schema {
  return reference =>
    reference
      .replace(/^#\//, '')
      .split('/')
      .reduce((place, name) => (place as Record<string, unknown>)[name], document as unknown) as Schema
}

function requestTo(
  { method, path, operation }: Described,
  resolve: (reference: string) => Schema,
  { known = {}, credentials = [undefined], nastyPercent = 5 }: OpenApiRequestsOptions,
): fc.Arbitrary<FuzzedRequest> {
  const { operationId, parameters = [], requestBody } = operation
  const valuesOf = (schema: Schema) => schemaArbitrary(schema, { resolve, nastyPercent })
  const params = parameters
    .filter(parameter => parameter.in === 'path')
    .map(({ name, schema }) => [name, pathValue(valuesOf(schema), known[name] ?? [])] as const)
  const query = parameters
    .filter(parameter => parameter.in === 'query')
    .map(({ name, schema }) => [name, valuesOf(schema).map(asText)] as const)
  return fc
    .record({
      params: recordOf(params),
      query: fc.oneof(
        { weight: 6, arbitrary: recordOf(query, []) },
        { weight: 1, arbitrary: fc.dictionary(nastyText, nastyText, { maxKeys: 3 }) },
      ),
      body: bodyOf(requestBody, valuesOf),
      authorization: fc.constantFrom(...credentials),
      extra: EXTRA_HEADERS,
    })
    .map(({ params, query, body, authorization, extra }) => ({
      operationId,
      method,
      path: fill(path, params) + queryText(query),
      headers: { ...extra, ...body.headers, ...(authorization !== undefined && { authorization }) },
      ...(body.text !== undefined && { body: body.text }),
    }))
}

type Texts = fc.Arbitrary<Record<string, string>>

function recordOf(fields: readonly (readonly [string, fc.Arbitrary<string>])[], requiredKeys?: []): Texts {
  const model: Record<string, fc.Arbitrary<string>> = Object.fromEntries(fields)
  return (requiredKeys ? fc.record(model, { requiredKeys }) : fc.record(model)) as Texts
}

/** What is there comes most often: only behind it lies what can break. */
function pathValue(good: fc.Arbitrary<unknown>, known: readonly string[]): fc.Arbitrary<string> {
  const any = fc.oneof({ weight: 3, arbitrary: good.map(asText) }, { weight: 1, arbitrary: nastyText })
  if (known.length === 0) return any
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: any })
}

interface Body {
  text: string | undefined
  headers: Record<string, string>
}

const JSON_TYPE = { 'content-type': 'application/json' }
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=b' }

function bodyOf(
  requestBody: Operation['requestBody'],
  valuesOf: (schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Body> {
  const none = fc.constant<Body>({ text: undefined, headers: {} })
  const schema = requestBody?.content['application/json']?.schema
  const json = schema === undefined ? none : valuesOf(schema).map(value => jsonBody(value))
  const others = [
    none,
    fc.jsonValue().map(jsonBody),
    brokenBody,
    ...(requestBody?.content['multipart/form-data'] ? [formBody] : []),
  ]
  return fc.oneof({ weight: 12, arbitrary: json }, ...others.map(arbitrary => ({ weight: 1, arbitrary })))
}

function jsonBody(value: unknown): Body {
  return { text: JSON.stringify(value) ?? '', headers: JSON_TYPE }
}

const TYPES = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/xml',
  'multipart/form-data',
  'nonsense',
]

const brokenBody: fc.Arbitrary<Body> = fc
  .tuple(
    fc.oneof(nastyText, fc.constantFrom('{', '[1,', '{"__proto__":{"a":1}}', '"\\ud800"', '{"a":1}{"b":2}')),
    fc.constantFrom(...TYPES),
  )
  .map(([text, type]) => ({ text, headers: { 'content-type': type } }))

const formBody: fc.Arbitrary<Body> = fc
  .tuple(
    fc.constantFrom('archive', 'file', 'scheduledAt', ''),
    fc.constantFrom('a.zip', 'a.tar.gz', '../a', ''),
    nastyText,
    fc.boolean(),
  )
  .map(([name, filename, content, ends]) => ({
    text: `--b\r\ncontent-disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n${content}${ends ? '\r\n--b--\r\n' : ''}`,
    headers: FORM_TYPE,
  }))

const EXTRA_HEADERS: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { 'last-event-id': '9'.repeat(30) },
      { accept: 'text/event-stream' },
      { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' },
      { cookie: 'seaworthy_session=; seaworthy_csrf=%00; a=b=c; ;' },
      { origin: 'https://evil.example' },
      { 'if-none-match': '*' },
      { range: 'bytes=9-1' },
      { 'x-request-id': 'x'.repeat(500) },
    ),
  },
)

function fill(path: string, params: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encode(params[name] ?? ''))
}

function queryText(query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** Half a pair of surrogates has no encoding. A request line has its limit, which is tried elsewhere. */
function encode(text: string): string {
  return encodeURIComponent(text.slice(0, 2_000).toWellFormed())
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
