/** For tests: a server that checks nothing, takes all that looks like a request for one, and remembers every byte. */
import type { Socket } from 'node:net'
import { rawBackend } from '../edge-harness.ts'

export interface SeenRequest {
  line: string
  body: string
}

export interface NaiveServer {
  port: number
  /** All bytes since `forget`, latin1. */
  received(): string
  requests(): SeenRequest[]
  forget(): void
}

/** Answers each request with its request line, so that an answer tells whose it is. */
export async function naiveServer(): Promise<NaiveServer> {
  let requests: SeenRequest[] = []
  let bytes = ''
  const unread = new Map<Socket, string>()
  const seen = new Map<Socket, number>()
  const backend = await rawBackend((socket, received) => {
    const fresh = received.slice(seen.get(socket) ?? 0)
    seen.set(socket, received.length)
    bytes += fresh
    let rest = (unread.get(socket) ?? '') + fresh
    for (let next = takeRequest(rest); next; next = takeRequest(rest)) {
      const { line, body, length } = next
      requests.push({ line, body })
      rest = rest.slice(length)
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${line.length + 1}\r\n\r\n${line}\n`)
    }
    unread.set(socket, rest)
  })
  return {
    port: backend.port,
    received: () => bytes,
    requests: () => requests,
    forget: () => {
      requests = []
      bytes = ''
    },
  }
}

/**
 * What makes servers disagree about where a request ends or what it says. An edge must send none of it, whatever it
 * got.
 * @param received bytes of requests without bodies that look like heads
 */
export function ambiguities(received: string): string[] {
  return heads(received).flatMap(head => PROBLEMS.filter(([, isIn]) => isIn(head)).map(([name]) => name))
}

const PROBLEMS: [string, (head: string) => boolean][] = [
  ['a bare CR or LF, or a NUL', head => /\r(?!\n)|(?<!\r)\n|\0/.test(head)],
  ['a folded line', head => /\r\n[ \t]/.test(head)],
  ['a space before a colon', head => /^[^\r\n:]*[ \t]+:/m.test(head.slice(head.indexOf('\r\n')))],
  [
    'a line without a colon',
    head =>
      head
        .split('\r\n')
        .slice(1)
        .some(line => !line.includes(':')),
  ],
  ['two framings', head => fieldCount(head, 'content-length') + fieldCount(head, 'transfer-encoding') > 1],
  ['not one Host', head => fieldCount(head, 'host') !== 1],
  ['not one X-Forwarded-For', head => fieldCount(head, 'x[-_]forwarded[-_]for') !== 1],
  ['a request line that is none', head => !/^[A-Z-]+ [\x21-\x7e]+ HTTP\/1\.1(?:\r\n|$)/.test(head)],
]

/** Each head that stands at the start of a request: bodies are skipped as the naive server does. */
function heads(received: string): string[] {
  const found: string[] = []
  for (let rest = received; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n')
    found.push(end === -1 ? rest : rest.slice(0, end))
    const next = takeRequest(rest)
    if (!next) break
    rest = rest.slice(next.length)
  }
  return found
}

function fieldCount(head: string, name: string): number {
  return head.match(new RegExp(`^${name}[ \t]*:`, 'gim'))?.length ?? 0
}

/** The first request; undefined while it is not whole. */
function takeRequest(text: string): (SeenRequest & { length: number }) | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const line = head.split('\r\n')[0]!
  if (/^transfer-encoding:.*chunked/im.test(head)) {
    const chunks = takeChunks(text, end + 4)
    return chunks && { line, ...chunks }
  }
  const bodyLength = Number(/^content-length: *([0-9]+)/im.exec(head)?.[1] ?? 0)
  const length = end + 4 + bodyLength
  return text.length >= length ? { line, body: text.slice(end + 4, length), length } : undefined
}

function takeChunks(text: string, start: number): { body: string; length: number } | undefined {
  let body = ''
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (text.length < next) return undefined
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    if (size === 0) return { body, length: next }
    at = next
  }
}
