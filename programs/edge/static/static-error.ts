import { STATUS_CODES } from '@seaworthy/kit/lean-http'
import type { ClientRequest } from '../proxy/client-request.ts'
import type { ClientResponse } from '../proxy/client-response.ts'

/** Answers with an error page; `headers` is a flat list to be sent along. */
export type AnswerError = (
  request: ClientRequest,
  response: ClientResponse,
  status: 400 | 404 | 405 | 500,
  headers: string[],
) => void

/** The status in a line of text: says what happened and nothing about the machine. */
export const answerPlainError: AnswerError = (_request, response, status, headers) => {
  const body = `${status} ${STATUS_CODES[status]}\n`
  response.writeHead(status, [
    ...['Content-Type', 'text/plain; charset=utf-8', 'Cache-Control', 'no-store'],
    ...['Content-Length', String(body.length)],
    ...headers,
  ])
  response.end(body) // without effect on the body of a HEAD's answer, which Node leaves out
}
