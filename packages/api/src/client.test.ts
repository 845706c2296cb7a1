import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { ApiError, ApiUnreachable, createClient } from './client.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe('calls', () => {
  test('put parameters into the address, the body into JSON and the token into its header', async () => {
    const seen: Record<string, unknown> = {}
    const { client } = await serve(async (request, response) => {
      Object.assign(seen, { method: request.method, url: request.url, token: request.headers.authorization })
      seen.body = JSON.parse(await textOf(request))
      answer(response, 200, { success: true, data: { slug: 'a b' }, meta: {} })
    })

    const app = await client.call('apps.update', { params: { slug: 'a b/c' }, body: { name: 'Shop' } })

    expect(app.slug).toBe('a b')
    expect(seen).toEqual({
      method: 'PATCH',
      url: '/api/v1/apps/a%20b%2Fc',
      token: 'Bearer secret',
      body: { name: 'Shop' },
    })
  })

  test('delete with a body that arrives whole', async () => {
    const { client } = await serve(async (request, response) => {
      answer(response, 200, { data: JSON.parse(await textOf(request)) })
    })

    const deleted = await client.call('apps.delete', { params: { slug: 'shop' }, body: { confirm: 'shöp' } })

    expect(deleted).toEqual({ confirm: 'shöp' })
  })

  test('reject with what the problem says', async () => {
    const errors = [{ path: 'body.slug', message: 'is too short' }]
    const problem = {
      success: false,
      status: 400,
      code: 'validation_failed',
      detail: 'No.',
      errors,
      requestId: 'r1',
    }
    const { client } = await serve((_, response) => answer(response, 400, problem))

    const error = await client.call('apps.create', { body: { slug: 'x' } }).catch(error => error)

    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      status: 400,
      code: 'validation_failed',
      message: 'No.',
      errors,
      requestId: 'r1',
    })
  })

  test.each([200, 502])('understand that a page of HTML with status %i is no answer', async status => {
    const { client } = await serve((_, response) => response.writeHead(status).end('<h1>hello</h1>'))

    const error = await client.call('status.get').catch(error => error)

    expect(error).toBeInstanceOf(ApiError)
    expect(error.status).toBe(status)
  })

  test('say that nobody is there', async () => {
    const { client, server } = await serve((_, response) => response.end())
    server.close()

    const error = await client.call('status.get').catch(error => error)

    expect(error).toBeInstanceOf(ApiUnreachable)
    expect(error.code).toBe('ECONNREFUSED')
  })

  test('give up when no answer comes in time', async () => {
    const { url } = await serve(() => undefined)
    const client = createClient({ baseUrl: url, timeoutMs: 50 })

    const error = await client.call('status.get').catch(error => error)

    client.close()
    expect(error).toMatchObject({ name: 'ApiUnreachable', code: 'ETIMEDOUT' })
  })

  test('go over a socket file as well', async () => {
    await using folder = await temporaryFolder()
    const socketPath = join(folder.path, 'api.sock')
    const server = createServer((_, response) => answer(response, 200, { data: { claimed: true } }))
    cleanups.push(() => server.close())
    await once(server.listen(socketPath), 'listening')
    const client = createClient({ socketPath })
    cleanups.push(() => client.close())

    expect(await client.call('setup.get')).toEqual({ claimed: true })
  })

  test('walk through all pages of a list', async () => {
    const { client } = await serve((request, response) => {
      const page = Number(new URL(request.url!, 'http://x').searchParams.get('page'))
      answer(response, 200, { data: [{ slug: `app-${page}` }], pagination: { hasNext: page < 3 } })
    })

    const apps = await collect(client.all('apps.list'))

    expect(apps.map(({ slug }) => slug)).toEqual(['app-1', 'app-2', 'app-3'])
  })
})

describe('streams', () => {
  test('end after the last event', async () => {
    const { client } = await serve((_, response) => {
      openStream(response).write(': hi\n\nid: 1\nevent: state\ndata: {"type":"state"}\n\n')
      response.write('id: 2\nevent: end\ndata: {"type":"end"}\n\n')
    })

    const events = await collect(client.stream('deployments.events', { params: { slug: 'shop', number: 1 } }))

    expect(events.map(({ type }) => type)).toEqual(['state', 'end'])
  })

  test('go on after the last event they saw when the connection breaks', async () => {
    const seen: unknown[] = []
    const { client } = await serve((request, response) => {
      const last = request.headers['last-event-id']
      seen.push(last)
      openStream(response)
      if (last === undefined) response.write('id: 1\nevent: log\ndata: {"n":1}\n\n', () => response.destroy())
      else if (last === '1') response.end('id: 2\nevent: log\ndata: {"n":2}\n\n')
      else response.write('id: 3\nevent: end\ndata: {"n":3}\n\n')
    })

    const events = await collect(client.stream('deployments.events', { params: { slug: 'shop', number: 1 } }))

    expect(events).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(seen).toEqual([undefined, '1', '2'])
  })

  test('come back after the server answered 503 while it restarted', async () => {
    let requests = 0
    const { client } = await serve((_, response) => {
      requests += 1
      if (requests === 1) openStream(response).end('id: 1\nevent: log\ndata: {"n":1}\n\n')
      else if (requests === 2) answer(response, 503, { code: 'closing' })
      else openStream(response).write('event: end\ndata: {"n":2}\n\n')
    })

    const events = await collect(client.stream('deployments.events', { params: { slug: 'shop', number: 1 } }))

    expect(events).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('reject at once with a problem', async () => {
    const { client } = await serve((_, response) =>
      answer(response, 404, { code: 'app_not_found', detail: 'No shop.' }),
    )

    const events = collect(client.stream('deployments.events', { params: { slug: 'shop', number: 1 } }))

    await expect(events).rejects.toMatchObject({ status: 404, code: 'app_not_found' })
  })

  test('never repeat a command that was posted', async () => {
    let requests = 0
    const { client } = await serve((_, response) => {
      requests += 1
      openStream(response).end('event: log\ndata: {"type":"log"}\n\n')
    })

    const events = collect(
      client.stream('apps.run', { params: { slug: 'shop' }, body: { argv: ['node', '-v'] } }),
    )

    await expect(events).rejects.toBeInstanceOf(ApiUnreachable)
    expect(requests).toBe(1)
  })

  test('end quietly when the reader has seen enough', async () => {
    const { client } = await serve((_, response) =>
      openStream(response).write('event: log\ndata: {"n":1}\n\n'),
    )
    const enough = new AbortController()
    const events: unknown[] = []

    for await (const event of client.stream('logs.query', {
      params: { slug: 'shop' },
      signal: enough.signal,
    })) {
      events.push(event)
      enough.abort()
    }

    expect(events).toEqual([{ n: 1 }])
  })

  test('give up after the time without a sign of life', async () => {
    const { client, server } = await serve((_, response) => {
      server.close()
      openStream(response).write('event: log\ndata: {"n":1}\n\n', () => server.closeAllConnections())
    })

    const events = collect(client.stream('logs.query', { params: { slug: 'shop' }, giveUpAfterMs: 200 }))

    await expect(events).rejects.toBeInstanceOf(ApiUnreachable)
  })
})

describe('uploads', () => {
  test('stream the archive as a form and report progress', async () => {
    const chunks = Array.from({ length: 40 }, (_, index) => Buffer.alloc(10_000, index))
    const sizeBytes = 400_000
    let form: Buffer = Buffer.alloc(0)
    const { client } = await serve(async (request, response) => {
      expect(Number(request.headers['content-length'])).toBeGreaterThan(sizeBytes)
      form = await bytesOf(request)
      answer(response, 202, { data: { number: 7 } })
    })
    const progress: number[] = []

    const deployment = await client.upload({
      slug: 'shop',
      stream: iterate(chunks),
      filename: 'my "shop".tar.gz',
      sizeBytes,
      scheduledAt: '2030-01-01T00:00:00Z',
      onProgress: sent => progress.push(sent),
    })

    expect(deployment.number).toBe(7)
    expect(progress.at(-1)).toBe(sizeBytes)
    expect(form.toString('latin1')).toContain('name="scheduledAt"\r\n\r\n2030-01-01T00:00:00Z\r\n')
    expect(form.toString('latin1')).toContain('filename="my__shop_.tar.gz"')
    expect(
      hash(form.subarray(form.lastIndexOf('\r\n\r\n', form.indexOf(chunks[1]!)) + 4).subarray(0, sizeBytes)),
    ).toBe(hash(Buffer.concat(chunks)))
  })

  test('reject with the problem that is answered before the end, and stop sending', async () => {
    const { client } = await serve((_, response) =>
      answer(response, 404, { code: 'app_not_found', detail: 'No shop.' }),
    )
    let stopped = false
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(64 * 1024)
      } finally {
        stopped = true
      }
    }

    const error = await client
      .upload({ slug: 'shop', stream: endless(), filename: 'a.tar' })
      .catch(error => error)

    expect(error).toMatchObject({ status: 404, code: 'app_not_found' })
    await expect.poll(() => stopped).toBe(true)
  })

  test('reject when the folder that is packed cannot be read', async () => {
    const { client } = await serve(request => request.resume())
    async function* broken() {
      yield Buffer.from('a')
      throw new Error('cannot read photo.jpg')
    }

    const upload = client.upload({ slug: 'shop', stream: broken(), filename: 'a.tar' })

    await expect(upload).rejects.toThrow(/photo\.jpg/)
  })
})

async function serve(listener: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server: Server = createServer(listener as RequestListener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createClient({ baseUrl: url, token: 'secret' })
  cleanups.push(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, server, url }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function openStream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' })
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await collect(request))
}

async function textOf(request: IncomingMessage): Promise<string> {
  return (await bytesOf(request)).toString('utf8')
}

async function* iterate<Item>(items: Item[]): AsyncIterable<Item> {
  yield* items
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
