/** The OpenAPI 3.1 document, made from the catalogue. */
import { z } from 'zod'
import { deployUploadSchema } from './deployment.ts'
import { type Endpoint, endpoints } from './endpoints.ts'
import { paginationSchema } from './paging.ts'
import { problemSchema } from './problem.ts'

type Json = Record<string, unknown>

const TAGS: Record<Endpoint['tag'], string> = {
  setup: 'Taking over a fresh platform',
  session: 'Signing in and out',
  apps: 'Apps and the trash',
  deployments: 'Moving an app to a release',
  builds: 'Turning a source into an artifact',
  releases: 'What can be run, and going back to it',
  files: 'Files of releases and volumes, to look at',
  traffic: 'How the edge treats the requests of an app.',
  domains: 'Claimed hosts and their certificates',
  images: 'Images that others built, and where they come from',
  env: 'Env vars and secrets',
  instances: 'Running copies of processes',
  observe: 'Logs and events',
  platform: 'Jobs and the platform itself',
  accounts: 'Own account: sessions, password, second factors',
  teams: 'Teams, their members and what they may do',
  tokens: 'API tokens',
  audit: 'Who did what, to what, from where',
  quotas: 'Limits and their usage',
  people: 'The people of the platform',
}

export function openApiDocument({ version, serverUrl }: { version: string; serverUrl: string }): Json {
  const components = new Components()
  const paths: Record<string, Json> = {}
  for (const endpoint of endpoints) {
    paths[endpoint.path] ??= {}
    paths[endpoint.path]![endpoint.method.toLowerCase()] = operation(endpoint, components)
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Seaworthy', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: serverUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ session: [] }],
    paths,
    components: {
      schemas: components.schemas,
      responses: { Problem: problemResponse(components) },
      securitySchemes,
    },
  }
}

const securitySchemes = {
  session: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token that `session.create` answers, or an API token.',
  },
}

const PUBLIC_ACTIONS: readonly string[] = ['setup:read', 'setup:claim', 'session:create']

function operation(endpoint: Endpoint, components: Components): Json {
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    tags: [endpoint.tag],
    'x-action': endpoint.action,
    ...(PUBLIC_ACTIONS.includes(endpoint.action) && { security: [] }),
    parameters: [
      ...parameters(endpoint.params, 'path'),
      ...parameters(endpoint.query, 'query'),
      ...streamParameters(endpoint),
    ],
    ...(endpoint.body && { requestBody: requestBody(endpoint, components) }),
    responses: {
      [endpoint.success ?? 200]: successResponse(endpoint, components),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = inlineSchema(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }))
}

function streamParameters({ stream, method }: Endpoint): Json[] {
  if (!stream || method !== 'GET') return []
  const description = 'Goes on after this event of an earlier stream.'
  return [{ name: 'Last-Event-ID', in: 'header', required: false, description, schema: { type: 'string' } }]
}

function requestBody(endpoint: Endpoint, components: Components): Json {
  const content: Json = { 'application/json': { schema: components.add(endpoint.body!, 'input') } }
  if (endpoint.upload)
    content['multipart/form-data'] = { schema: uploadSchema(endpoint.form ?? deployUploadSchema) }
  return { required: true, content }
}

function uploadSchema(form: z.ZodType): Json {
  const fields = inlineSchema(form, 'input') as { properties: Json }
  const archive = {
    type: 'string',
    contentMediaType: 'application/octet-stream',
    description: 'A .zip, .tar, .tar.gz or .tar.zst; the last part of the form.',
  }
  return {
    type: 'object',
    properties: { ...fields.properties, archive },
    required: ['archive'],
    additionalProperties: false,
  }
}

function successResponse(endpoint: Endpoint, components: Components): Json {
  const content: Json = {}
  if (endpoint.download) return { description: endpoint.summary, content: { '*/*': { schema: {} } } }
  if (endpoint.stream?.when !== 'always')
    content['application/json'] = { schema: envelope(endpoint, components) }
  if (endpoint.stream) {
    content['text/event-stream'] = {
      schema: { type: 'string' },
      'x-event': components.add(endpoint.event!, 'output'),
    }
  }
  return { description: endpoint.summary, content }
}

function envelope({ data, paged }: Endpoint, components: Components): Json {
  const meta = {
    type: 'object',
    properties: { requestId: { type: 'string' }, timestamp: { type: 'string', format: 'date-time' } },
    required: ['requestId', 'timestamp'],
  }
  return {
    type: 'object',
    properties: {
      success: { const: true },
      data: components.add(data, 'output'),
      ...(paged && { pagination: components.add(paginationSchema, 'output') }),
      meta,
    },
    required: ['success', 'data', ...(paged ? ['pagination'] : []), 'meta'],
  }
}

function problemResponse(components: Components): Json {
  return {
    description: 'What went wrong, and what to do',
    content: { 'application/problem+json': { schema: components.add(problemSchema, 'output') } },
  }
}

/** Schemas with an id become components; others stay where they are used. */
class Components {
  readonly schemas: Record<string, Json> = {}

  add(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $defs = {}, ...rest } = inlineSchema(schema, io) as { $defs?: Record<string, Json> }
    for (const [id, definition] of Object.entries($defs))
      this.schemas[id] = withoutMarks(pointToComponents(definition))
    // A schema with an id comes as a reference to its own definition.
    return pointToComponents(rest)
  }
}

function inlineSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  return withoutMarks(z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Json)
}

function withoutMarks({ $schema: _schema, id: _id, ...rest }: Json): Json {
  return rest
}

function pointToComponents(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
}
