import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterTestOrFile } from './after-file.ts'

export interface HttpBackend {
  /** `http://127.0.0.1:41234` */
  url: string
  host: string
  port: number
  /** Method and path of each request so far: `GET /healthz`. */
  requests: string[]
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A tiny HTTP server on a free port of 127.0.0.1, closed when the test (or, outside of one, the file) ends.
 * Without a handler it answers `ok`.
 */
export async function httpBackend(
  handler: RequestListener = (_request, response) => void response.end('ok'),
): Promise<HttpBackend> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    return handler(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port, address: host } = server.address() as AddressInfo
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  afterTestOrFile(close)
  return { url: `http://${host}:${port}`, host, port, requests, close, [Symbol.asyncDispose]: close }
}
