import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from './free-port.ts'
import { httpBackend } from './http-backend.ts'

test('answers with its handler, remembers requests, and closes though a client stays', async () => {
  const backend = await httpBackend((request, response) => response.end(`you asked ${request.url}`))

  expect(await (await fetch(`${backend.url}/a`)).text()).toBe('you asked /a')
  expect(backend.requests).toEqual(['GET /a'])
  const client = connect(backend.port, backend.host)
  await once(client, 'connect')
  const cut = once(client, 'close')
  await backend.close()
  await cut
  await expect(fetch(backend.url)).rejects.toThrow()
})

test('a free port can be listened on', async () => {
  const server = createServer().listen(await freePort(), '127.0.0.1')
  await once(server, 'listening')
  server.close()
})
