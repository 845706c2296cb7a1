import { request } from '@seaworthy/kit/lean-http'

export interface EdgeReply {
  status: number
  body: unknown
}

/**
 * One request to the edge's control socket.
 * @throws the socket's own error when no edge listens (`ENOENT`, `ECONNREFUSED`) or when it died in between
 */
export function askEdge(
  socketPath: string,
  {
    method,
    path,
    body,
    timeoutMs = 10_000,
  }: { method: string; path: string; body?: unknown; timeoutMs?: number },
): Promise<EdgeReply> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const headers = payload === undefined ? {} : { 'Content-Length': Buffer.byteLength(payload) }
    const signal = AbortSignal.timeout(timeoutMs)
    const outgoing = request({ socketPath, method, path, headers, agent: false, signal }, incoming => {
      const chunks: Buffer[] = []
      incoming.on('data', chunk => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        try {
          resolve({ status: incoming.statusCode!, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) })
        } catch (error) {
          reject(error)
        }
      })
    })
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}
