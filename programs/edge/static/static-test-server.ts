import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { dirname, join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import type { StaticSettings } from '@seaworthy/routes'
import { temporaryFolder } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import { EdgeResponse } from '../proxy/edge-response.ts'
import { createStaticHandler, type StaticHandler, type StaticHandlerOptions } from './static-handler.ts'

/** The handler behind a real HTTP server, closed when the test ends. */
export async function serveStatic(handler: StaticHandler, settings: StaticSettings, extraHeaders?: string[]) {
  const server = createServer({ ServerResponse: EdgeResponse }, (request, response) => {
    void handler(request, response, settings, request.url ?? '', extraHeaders)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}` }
}

export interface RawAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Sends a request line exactly as given: clients tidy paths up before they send them. */
export async function rawRequest(
  port: number,
  line: string,
  headers: readonly string[] = [],
): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  socket.write([`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', ''].join('\r\n'))
  const chunks = await socket.toArray()
  return parseAnswer(Buffer.concat(chunks).toString())
}

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map(line => {
    const colon = line.indexOf(': ')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
  })
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: text.slice(end + 4),
  }
}

export type Files = Record<string, string | Buffer>

export const SITE: Files = {
  'index.html': '<h1>home</h1>',
  'about.html': 'about',
  'docs/index.html': 'docs',
  'assets/index-BvZ9nQ1k.js': 'hashed',
  'app.js': 'plain',
  'notes.txt': 'ünïcode',
  'data.bin': randomBytes(1000),
}

interface Options extends Partial<StaticHandlerOptions> {
  files?: Files
  spa?: boolean
  extraHeaders?: string[]
}

/** A site of its own in a temporary folder, behind a real server. */
export async function serve({ files = SITE, spa = false, extraHeaders, ...options }: Options = {}) {
  const parent = temporaryFolder().path
  const root = join(parent, 'public')
  writeFiles(root, files)
  const handler = createStaticHandler({ log: silentLogger, ...options })
  return { ...(await serveStatic(handler, { root, spa }, extraHeaders)), root, parent }
}

export function writeFiles(root: string, files: Files): void {
  mkdirSync(root, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
}

export async function get(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(url, { method, headers, redirect: 'manual' })
  return { status: response.status, headers: response.headers, body: await response.text() }
}
