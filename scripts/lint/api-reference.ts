import { openApiDocument } from '@seaworthy/api'
import { GENERATED, inCell } from './reference-text.ts'

/** What this page uses of an OpenAPI 3.1 document. */
interface Document {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

interface Operation {
  summary: string
  tags: string[]
  security?: unknown[]
  parameters: { name: string; in: string; required: boolean }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, unknown> }>
}

interface Schema {
  $ref?: string
  properties?: Record<string, unknown>
  additionalProperties?: unknown
  required?: string[]
  anyOf?: Schema[]
}

/** docs/reference/api.md, from the OpenAPI document that the platform answers too. */
export function apiReference(): string {
  const document = openApiDocument({ version: '', serverUrl: '/' }) as unknown as Document
  const sections = document.tags.map(
    ({ name, description }) =>
      `## ${description}\n\n| Endpoint | What it does | Takes |\n| --- | --- | --- |\n${rowsOf(document, name).join('\n')}`,
  )
  return `${[HEAD, ...sections].join('\n\n')}\n`
}

const HEAD = `# The API

${GENERATED}

This is the list. A running platform gives every schema at \`/api/v1/openapi.json\` (OpenAPI 3.1) and a page to read at
\`/api/docs\`. The typed client for TypeScript is [\`@seaworthy/api/client\`](../../packages/api/src/client.ts).

- **Sign in**: \`POST /api/v1/session\` answers a token; send it as \`Authorization: Bearer …\`. *Public* endpoints need none.
- **Success** is \`{ success: true, data, meta: { requestId, timestamp } }\`, a list has \`pagination\` as well (\`page\`,
  \`limit\`, \`total\`, \`pages\`, \`hasNext\`, \`hasPrev\`). Lists take \`page\`, \`limit\` (20 when missing, at most 100), \`sort\` and
  \`order\`.
- **Errors** are \`application/problem+json\` with \`success: false\`, a stable \`code\` (see [errors](errors.md)), a \`detail\` for
  people and the wrong fields in \`errors\`. An unknown field is an error.
- **Streams** are server-sent events. They go on after the event that \`Last-Event-ID\` names.

In the tables, \`field?\` may be left out. Beside the API, \`/live\`, \`/ready\` and \`/health\` tell without a sign-in how the
platform is, and \`/metrics\` gives counters with one.`

function rowsOf({ paths, components }: Document, tag: string): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(
        ([method, operation]) =>
          `| \`${method.toUpperCase()} ${path}\` | ${summaryOf(operation)} | ${inCell(takenBy(operation, components.schemas))} |`,
      ),
  )
}

function summaryOf({ summary, security, responses }: Operation): string {
  const notes = []
  if (security?.length === 0) notes.push('public')
  if (Object.values(responses).some(({ content }) => content?.['text/event-stream'])) notes.push('a stream')
  return inCell(notes.length > 0 ? `${summary} (${notes.join(', ')})` : summary)
}

const PAGING = ['page', 'limit', 'sort', 'order']

function takenBy({ parameters, requestBody }: Operation, schemas: Record<string, Schema>): string {
  const query = parameters.filter(({ in: place }) => place === 'query')
  const isList = query.some(({ name }) => name === 'page')
  const names = query
    .filter(({ name }) => !isList || !PAGING.includes(name))
    .map(({ name, required }) => `${name}${required ? '' : '?'}`)
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `${type === 'application/json' ? '' : 'or a form: '}${fieldsOf(schema, schemas)}`,
  )
  return [
    ...(isList ? ['a page'] : []),
    ...(names.length > 0 ? [`query: ${names.map(code).join(', ')}`] : []),
    ...bodies,
  ].join('; ')
}

function fieldsOf(schema: Schema, schemas: Record<string, Schema>): string {
  const whole = schema.$ref ? schemas[schema.$ref.split('/').at(-1)!]! : schema
  if (whole.anyOf) return whole.anyOf.map(part => fieldsOf(part, schemas)).join(' or ')
  const fields = Object.keys(whole.properties ?? {})
  if (fields.length === 0) return 'numbers by process'
  return fields.map(name => code(whole.required?.includes(name) ? name : `${name}?`)).join(', ')
}

function code(text: string): string {
  return `\`${text}\``
}
