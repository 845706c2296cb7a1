import type { AcmeChallenge } from '@seaworthy/routes'
import type { ExchangeOptions } from './exchange.ts'

/** Answers to open HTTP-01 questions by host and path; undefined while there are none. */
export type HttpChallenges = ReadonlyMap<string, string> | undefined

const CHALLENGE_PATH = '/.well-known/acme-challenge/'

export function compileHttpChallenges(challenges: readonly AcmeChallenge[] | undefined): HttpChallenges {
  const answers = new Map<string, string>()
  for (const challenge of challenges ?? []) {
    if (challenge.type !== 'http-01') continue
    answers.set(challengeKey(challenge.host, CHALLENGE_PATH + challenge.token), challenge.keyAuthorization)
  }
  return answers.size > 0 ? answers : undefined
}

/** Answers a certificate authority (RFC 8555, 8.3), whatever the route says. @returns false for any other request */
export function answerHttpChallenge(exchange: ExchangeOptions, challenges: HttpChallenges): boolean {
  const { url, host } = exchange.target
  if (challenges === undefined || !url.startsWith(CHALLENGE_PATH)) return false
  const answer = challenges.get(challengeKey(host, url))
  if (answer === undefined) return false
  exchange.record.countFor(undefined)
  const headers = ['Content-Type', 'application/octet-stream', 'Cache-Control', 'no-store']
  answerShortly(exchange, 200, headers, answer)
  return true
}

/** @param port where clients find the same host by https */
export function redirectToHttps(exchange: ExchangeOptions, port: number): void {
  const { host, url } = exchange.target
  const authority = port === 443 ? host : `${host}:${port}`
  const location = `https://${authority}${url === '*' ? '/' : url}`
  answerShortly(exchange, 308, ['Location', location, 'Cache-Control', 'no-cache'], '')
}

function answerShortly(exchange: ExchangeOptions, status: number, headers: string[], body: string): void {
  const { context, response, record, expectsContinue } = exchange
  headers.push('Content-Length', String(body.length), 'X-Request-Id', record.id)
  if (context.isDraining || expectsContinue) headers.push('Connection', 'close')
  response.onAbandoned = undefined
  record.answered(status, { byEdge: true })
  record.bytesOut += body.length
  response.writeHead(status, headers)
  response.end(body)
  record.end()
}

function challengeKey(host: string, path: string): string {
  return `${host} ${path}`
}
