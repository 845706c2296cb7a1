import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { StaticSettings } from '@seaworthy/routes'
import { onTestFinished } from 'vitest'
import type { StaticHandler } from './static-handler.ts'

/** The handler behind a real HTTP server, closed when the test ends. */
export async function serveStatic(handler: StaticHandler, settings: StaticSettings, extraHeaders?: string[]) {
  const server = createServer((request, response) => {
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
