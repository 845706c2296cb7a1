export interface HostileRequest {
  name: string
  /** As a client sends it, latin1. */
  bytes: string
  /** Classes of the statuses that the client sees before the connection closes, as `2xx 4xx`. */
  answers: string
  /** What the server may get as whole requests: the request line of each, and its body. */
  reaches: string[]
  /** Must be in none of the bytes that reach the server. */
  never?: RegExp
}

export const HOST = 'Host: shop.localhost\r\n'
export const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`

/** Everything after the head must never be taken for a request of its own. */
export function smuggling(name: string, headers: string, body: string): HostileRequest {
  const bytes = `POST /outer HTTP/1.1\r\n${HOST}${headers}\r\n${body}`
  return { name, bytes, answers: '4xx', reaches: [], never: /smuggled/ }
}

/** A body in chunks that goes wrong: what the server got of it is not whole, and nothing follows. */
export function brokenChunks(name: string, chunks: string): HostileRequest {
  return smuggling(name, 'Transfer-Encoding: chunked\r\n', chunks + SMUGGLED)
}

/** A head that is refused before anything reaches the server. */
export function refused(name: string, bytes: string): HostileRequest {
  return { name, bytes, answers: '4xx', reaches: [], never: /./ }
}

/** What is right as far as it goes: it must arrive as it is, and nothing more. */
export function passing(name: string, bytes: string, ...reaches: string[]): HostileRequest {
  return { name, bytes, answers: reaches.map(() => '2xx').join(' '), reaches }
}

/** A GET with these headers and the end of the connection. */
export function withHeaders(name: string, headers: string, never: RegExp): HostileRequest {
  const bytes = `GET /headers HTTP/1.1\r\n${HOST}Connection: close\r\n${headers}\r\n`
  return { ...passing(name, bytes, 'GET /headers HTTP/1.1'), never }
}
