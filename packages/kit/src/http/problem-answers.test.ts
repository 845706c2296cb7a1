import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { fastify } from 'fastify'
import { beforeAll, describe, expect, test } from 'vitest'
import { createHealth } from '../health.ts'
import { silentLogger } from '../log.ts'
import { hardening, secureServerOptions } from './index.ts'

const app = fastify(
  secureServerOptions({
    log: silentLogger,
    bodyLimitBytes: 1_000,
    maxHeaderBytes: 2_000,
    headersTimeoutMs: 300,
  }),
)
let url: string

beforeAll(async () => {
  await app.register(hardening, { health: createHealth({ log: silentLogger }) })
  app.post(
    '/apps',
    { schema: { body: appSchema, response: { '4xx': { type: 'object', properties: {} } } } },
    async () => 'ok',
  )
  app.get(
    '/apps',
    { schema: { querystring: { type: 'object', properties: { page: { type: 'integer' } } } } },
    async () => 'ok',
  )
  app.put('/apps/:slug', async () => 'ok')
  app.get('/teapot', async () => {
    throw Object.assign(new Error('secret plan'), { statusCode: 418 })
  })
  app.get('/thrown-string', async () => {
    throw 'hunter2'
  })
  app.get('/files/*', async () => 'file')
  url = await app.listen({ port: 0, host: '127.0.0.1' })
  return () => app.close()
})

const appSchema = {
  type: 'object',
  required: ['slug'],
  properties: {
    slug: { type: 'string', minLength: 3 },
    env: { type: 'object', additionalProperties: { type: 'string' } },
  },
}

const post = (body: string, type = 'application/json') => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
})

describe('every failure is problem+json with a code and the request id', () => {
  test.each<[string, string, RequestInit, number, string]>([
    ['an unknown path', '/nothing', {}, 404, 'not_found'],
    ['a wrong method', '/apps/shop', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['a path below a wildcard only', '/files/x', { method: 'DELETE' }, 404, 'not_found'],
    ['broken JSON', '/apps', post('{"slug": '), 400, 'invalid_json'],
    ['a body named JSON without bytes', '/apps', post(''), 400, 'empty_body'],
    [
      'a poisoned prototype',
      '/apps',
      post('{"slug":"shop","__proto__":{"admin":true}}'),
      400,
      'invalid_json',
    ],
    ['a body that is too large', '/apps', post(`{"slug":"${'x'.repeat(2_000)}"}`), 413, 'body_too_large'],
    ['an unknown content type', '/apps', post('<a/>', 'text/xml'), 415, 'unsupported_media_type'],
    ['a wrong field', '/apps', post('{"slug":"x"}'), 400, 'invalid_input'],
    ['a missing field', '/apps', post('{}'), 400, 'invalid_input'],
    ['a wrong query', '/apps?page=two', {}, 400, 'invalid_input'],
    ['a broken percent-encoding', '/apps/%E0%A4%A', {}, 400, 'bad_request'],
    ["a plugin's own refusal", '/teapot', {}, 418, 'request_refused'],
    ['a thrown string', '/thrown-string', {}, 500, 'internal_error'],
  ])('%s', async (_, path, init, status, code) => {
    const response = await fetch(url + path, init)
    const problem = (await response.json()) as { detail: string }

    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(problem).toMatchObject({
      status,
      code,
      success: false,
      requestId: response.headers.get('x-request-id'),
    })
    expect(JSON.stringify(problem)).not.toMatch(/secret plan|hunter2|FST_/)
  })
})

test('a validation failure names each field by path', async () => {
  const body = await (await fetch(`${url}/apps`, post('{"slug":"shop","env":{"A/B":{}}}'))).json()
  const missing = await (await fetch(`${url}/apps`, post('{}'))).json()
  const query = await (await fetch(`${url}/apps?page=two`)).json()

  expect(body).toMatchObject({ errors: [{ path: 'env.A/B', message: 'must be string' }] })
  expect(missing).toMatchObject({ errors: [{ path: 'slug', message: "must have required property 'slug'" }] })
  expect(query).toMatchObject({ errors: [{ path: 'query.page', message: 'must be integer' }] })
})

test('405 names the methods that work', async () => {
  const response = await fetch(`${url}/apps`, { method: 'PATCH' })

  expect(response.headers.get('allow')).toBe('GET, HEAD, POST')
  expect(await response.json()).toMatchObject({
    detail: 'PATCH does not work on /apps. Allowed: GET, HEAD, POST.',
  })
})

describe('what is no valid request is answered on the socket, which then closes', () => {
  test.each([
    ['garbage', 'not http at all\r\n\r\n', 400, 'bad_request'],
    [
      'two lengths',
      'POST /apps HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'bad_request',
    ],
    [
      'a length and chunks',
      'POST /apps HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'bad_request',
    ],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(5_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ])('%s', async (_, bytes, status, code) => {
    const answer = await exchange(bytes)

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toContain('application/problem+json')
    expect(answer).toContain(`"code":"${code}"`)
  })

  test('headers that never end are cut off after their time-out', async () => {
    expect(await exchange('GET /apps HTTP/1.1\r\nHost: x\r\n')).toContain('"code":"request_timeout"')
  })
})

/** Sends raw bytes and reads until the server closes the connection. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  return text(socket)
}
