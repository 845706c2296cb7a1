/** The OpenAPI document, and a page for people made from it without a script or anything from elsewhere. */
import { type Endpoint, endpoints, openApiDocument } from '@seaworthy/api'
import { NONCE_PLACE, sendPage } from '@seaworthy/kit/http'
import type { FastifyInstance } from 'fastify'

export function registerApiReference(fastify: FastifyInstance, { version }: { version: string }): void {
  const open = { config: { action: 'public' as const } }
  // Made when asked for: most platforms never are, and need not hold it in memory.
  fastify.get('/api/v1/openapi.json', open, async () => openApiDocument({ version, serverUrl: '/' }))
  fastify.get('/api/docs', open, async (_request, reply) => {
    const page = referencePage(openApiDocument({ version, serverUrl: '/' }), version)
    return sendPage(reply, page)
  })
}

interface Operation {
  parameters: { name: string; in: string; required: boolean; description?: string; schema: object }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

function referencePage(document: Record<string, unknown>, version: string): string {
  const { paths, components } = document as {
    paths: Record<string, Record<string, Operation>>
    components: { schemas: Record<string, object> }
  }
  const tags = [...new Set(endpoints.map(({ tag }) => tag))]
  const sections = tags.map(tag => {
    const own = endpoints.filter(endpoint => endpoint.tag === tag)
    return `<section id="${tag}"><h2>${tag}</h2>${own.map(endpoint => operation(endpoint, paths)).join('')}</section>`
  })
  const schemas = Object.entries(components.schemas).map(([name, schema]) => schemaBlock(name, schema))
  const links = [...tags, 'schemas'].map(tag => `<a href="#${tag}">${tag}</a>`).join(' ')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Seaworthy API ${escapeHtml(version)}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style nonce="${NONCE_PLACE}">${STYLE}</style></head><body><header><h1>Seaworthy API</h1><p>Version ${escapeHtml(version)}, as
<a href="/api/v1/openapi.json">OpenAPI 3.1</a>. Success is <code>{ success: true, data, meta }</code>, an error
<code>application/problem+json</code> with a stable <code>code</code>.</p><nav>${links}</nav></header>
<main>${sections.join('')}<section id="schemas"><h2>schemas</h2>${schemas.join('')}</section></main></body></html>`
}

const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem}
article{border-top:1px solid #8886;padding:.5rem 0;overflow-x:auto}pre{overflow-x:auto}
td,th{text-align:left;vertical-align:top;padding:.2rem .75rem .2rem 0}`

function operation(endpoint: Endpoint, paths: Record<string, Record<string, Operation>>): string {
  const { parameters, requestBody, responses } = paths[endpoint.path]![endpoint.method.toLowerCase()]!
  const success = responses[endpoint.success ?? 200]!
  return `<article id="${endpoint.id}"><h3><code>${endpoint.method} ${escapeHtml(endpoint.path)}</code></h3>
<p>${escapeHtml(endpoint.summary)}.</p>${parameterTable(parameters)}
${contentBlocks('Body', requestBody?.content)}${contentBlocks(`Answer ${endpoint.success ?? 200}`, success.content)}</article>`
}

function parameterTable(parameters: Operation['parameters']): string {
  if (parameters.length === 0) return ''
  const rows = parameters.map(({ name, in: place, required, description = '', schema }) => {
    const cells = [name, place, required ? 'yes' : '', JSON.stringify(schema), description]
    return `<tr>${cells.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`
  })
  const heads = ['Name', 'In', 'Required', 'Schema', 'Meaning'].map(head => `<th scope="col">${head}</th>`)
  return `<table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function contentBlocks(title: string, content: Record<string, { schema: object }> = {}): string {
  return Object.entries(content)
    .map(
      ([type, { schema }]) =>
        `<details><summary>${title}: ${escapeHtml(type)}</summary>${schemaText(schema)}</details>`,
    )
    .join('')
}

function schemaBlock(name: string, schema: object): string {
  return `<details id="schema-${name}"><summary>${name}</summary>${schemaText(schema)}</details>`
}

/** References become links to the schema they name. */
function schemaText(schema: object): string {
  const text = escapeHtml(JSON.stringify(schema, null, 2))
  return `<pre>${text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>')}</pre>`
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, character => entities[character]!)
}
