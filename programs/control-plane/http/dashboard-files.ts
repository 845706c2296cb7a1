/** Serves the dashboard's files from memory: they are few and small. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { sendPage } from '@seaworthy/kit/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Addresses of the dashboard that its script understands. */
const PAGES = ['/', '/setup', '/apps/:slug']

const PUBLIC = { config: { action: 'public' as const } }

interface StaticFile {
  body: Buffer
  type: string
  etag: string
}

export async function registerDashboard(fastify: FastifyInstance, directory: string): Promise<void> {
  const names = (await readdir(directory)).filter(name => extname(name) in TYPES)
  for (const name of names) {
    const file = await readStatic(join(directory, name))
    if (name === 'index.html') addPages(fastify, file.body.toString('utf8'))
    else fastify.get(`/${name}`, PUBLIC, (request, reply) => send(file, request, reply))
  }
}

function addPages(fastify: FastifyInstance, html: string): void {
  for (const url of PAGES) fastify.get(url, PUBLIC, (_request, reply) => sendPage(reply, html))
}

async function readStatic(path: string): Promise<StaticFile> {
  const body = await readFile(path)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { body, etag, type: TYPES[extname(path)]! }
}

function send({ body, type, etag }: StaticFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({
    etag,
    'cache-control': 'no-cache',
  })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.header('content-type', type).send(body)
}
