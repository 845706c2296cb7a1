import { openApiDocument } from '@seaworthy/api'

type Json = Record<string, unknown>

/** What the collection uses of an OpenAPI 3.1 document. */
interface Document {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json> }
}

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  security?: unknown[]
  parameters: { name: string; in: string; required: boolean; description?: string; schema: Json }[]
  requestBody?: { content: Record<string, { schema: Json }> }
}

interface Described {
  method: string
  path: string
  operation: Operation
}

/**
 * Every request of the API as a Postman collection, which other tools for trying an API read as well
 * (https://schema.postman.com/collection/json/v2.1.0/). The address and the token are its variables.
 */
export function requestCollection(): string {
  const { tags, paths, components } = openApiDocument({ version: '', serverUrl: '/' }) as unknown as Document
  const all: Described[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const folders = tags.map(({ name, description }) => ({
    name: description,
    item: all
      .filter(({ operation }) => operation.tags.includes(name))
      .map(one => requestOf(one, components.schemas)),
  }))
  const collection = {
    info: {
      name: 'Seaworthy',
      description: 'Made from the code: node scripts/run.mjs scripts/check-docs.ts --write',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: 'http://localhost:4400' },
      { key: 'token', value: '' },
    ],
    item: folders.filter(({ item }) => item.length > 0),
  }
  return `${JSON.stringify(collection, null, 2)}\n`
}

function requestOf({ method, path, operation }: Described, schemas: Record<string, Json>): Json {
  const { operationId, summary, security, requestBody } = operation
  const json = requestBody?.content['application/json']
  return {
    name: summary,
    request: {
      description: operationId,
      method,
      ...(security?.length === 0 && { auth: { type: 'noauth' } }),
      header: json ? [{ key: 'content-type', value: 'application/json' }] : [],
      url: urlOf(path, operation),
      ...(json && {
        body: {
          mode: 'raw',
          raw: JSON.stringify(exampleOf(json.schema, schemas), null, 2),
          options: { raw: { language: 'json' } },
        },
      }),
    },
  }
}

function urlOf(path: string, { parameters }: Operation): Json {
  const places = path.slice(1).split('/')
  const query = parameters.filter(parameter => parameter.in === 'query')
  const inPath = parameters.filter(parameter => parameter.in === 'path')
  return {
    raw: `{{baseUrl}}${path.replace(/\{(\w+)\}/g, ':$1')}`,
    host: ['{{baseUrl}}'],
    path: places.map(place => place.replace(/\{(\w+)\}/, ':$1')),
    variable: inPath.map(({ name, description = '' }) => ({ key: name, value: '', description })),
    query: query.map(({ name, required, description = '' }) => ({
      key: name,
      value: '',
      description,
      disabled: !required,
    })),
  }
}

const MAX_DEPTH = 5

/** What a body looks like, with a value of the right type in each place; the first of several shapes. */
function exampleOf(schema: Json, schemas: Record<string, Json>, depth = 0): unknown {
  if (depth > MAX_DEPTH) return null
  if (typeof schema.$ref === 'string')
    return exampleOf(schemas[schema.$ref.split('/').at(-1)!]!, schemas, depth + 1)
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const choices = (schema.anyOf ?? schema.oneOf) as Json[] | undefined
  if (choices) return exampleOf(choices[0]!, schemas, depth + 1)
  if (schema.type === 'array') return [exampleOf((schema.items ?? {}) as Json, schemas, depth + 1)]
  if (schema.type === 'object') return exampleObject(schema, schemas, depth)
  return EXAMPLES[String(schema.format ?? schema.type)] ?? EXAMPLES[String(schema.type)] ?? null
}

function exampleObject(schema: Json, schemas: Record<string, Json>, depth: number): Json {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>)
  const values = properties.map(([name, value]) => [name, exampleOf(value, schemas, depth + 1)])
  if (values.length > 0) return Object.fromEntries(values)
  const { additionalProperties } = schema
  return typeof additionalProperties === 'object'
    ? { name: exampleOf(additionalProperties as Json, schemas, depth + 1) }
    : {}
}

const EXAMPLES: Record<string, unknown> = {
  string: '',
  email: 'ada@example.org',
  uri: 'https://example.org/',
  'date-time': '2026-01-01T00:00:00.000Z',
  integer: 1,
  number: 1,
  boolean: true,
}
