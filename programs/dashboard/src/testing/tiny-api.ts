/** A real server that answers as the API does, for parts that ask it themselves. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  /** Such as `POST /api/v1/apps`. */
  what: string
  body: unknown
}

export interface Refusal {
  status: number
  code: string
  detail: string
  errors?: { path: string; message: string }[]
}

/** By method and path: what is answered, or `refuse(…)`. */
export type Answers = Record<string, (body: unknown) => unknown>

/** Listens for the test, and makes the page's relative addresses lead to it. */
export async function startTinyApi(answers: Answers): Promise<{ asked: Asked[] }> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const what = `${request.method} ${new URL(request.url!, 'http://x').pathname}`
    const body = await bodyOf(request)
    asked.push({ what, body })
    const answer =
      (await answers[what]?.(body)) ?? new Refused({ status: 404, code: 'not_found', detail: `No ${what}.` })
    const { status, type, text } = answerOf(answer)
    response.writeHead(status, { 'content-type': type }).end(text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  ;(window as unknown as HappyWindow).happyDOM.setURL(`http://127.0.0.1:${port}/`)
  return { asked }
}

export function refuse(refusal: Refusal): unknown {
  return new Refused(refusal)
}

interface HappyWindow {
  happyDOM: { setURL(url: string): void }
}

class Refused {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    this.refusal = refusal
  }
}

function answerOf(answer: unknown): { status: number; type: string; text: string } {
  const meta = { requestId: 'req_test', timestamp: '2026-01-01T00:00:00.000Z' }
  if (answer instanceof Refused) {
    const { status } = answer.refusal
    const text = JSON.stringify({
      success: false,
      title: 'Refused',
      requestId: 'req_test',
      ...answer.refusal,
    })
    return { status, type: 'application/problem+json', text }
  }
  return {
    status: 200,
    type: 'application/json',
    text: JSON.stringify({ success: true, meta, ...paged(answer) }),
  }
}

/** A list is answered with where one is in it. */
function paged(data: unknown): object {
  if (!Array.isArray(data)) return { data }
  const total = data.length
  return { data, pagination: { page: 1, limit: 100, total, pages: 1, hasNext: false, hasPrev: false } }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? undefined : JSON.parse(text)
}
