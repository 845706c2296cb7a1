import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { EdgeResponse } from './edge-response.ts'

type Answer = (response: EdgeResponse, request: IncomingMessage) => void

/** @returns all that comes back for one request */
async function raw(answer: Answer, requestHead = 'GET / HTTP/1.1\r\nHost: a.test\r\n'): Promise<string> {
  const server = createServer({ ServerResponse: EdgeResponse }, (request, response) => {
    answer(response as EdgeResponse, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', part => {
    text += part
  })
  socket.write(`${requestHead}Connection: close\r\n\r\n`)
  await once(socket, 'close')
  return text
}

/** The head as Node itself writes it, line by line in any order. */
const lines = (text: string) => text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n').toSorted()

const DATED = ['Date', 'Sat, 21 Nov 2026 12:00:00 GMT']

test.each<[string, string[], string, string?]>([
  ['a body with its length', ['X-A', 'b', 'Content-Length', '2'], 'ok'],
  ['two fields of one name', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Content-Length', '2'], 'ok'],
  ['bytes beyond ASCII', ['X-A', 'é\xa0', 'Content-Length', '2'], '\xe9\xff'],
  ['a body without a length', ['X-A', 'b'], 'ok'],
  ['a client of HTTP/1.0', ['Content-Length', '2'], 'ok', 'GET / HTTP/1.0\r\nHost: a.test\r\n'],
  ['HEAD', ['Content-Length', '2'], '', 'HEAD / HTTP/1.1\r\nHost: a.test\r\n'],
  ['an end of the connection', ['Connection', 'close', 'Content-Length', '2'], 'ok'],
])('a sound head is what Node would have written: %s', async (_, headers, body, head) => {
  const answer = (isHeadSound: boolean) => (response: EdgeResponse) => {
    response.isHeadSound = isHeadSound
    response.writeHead(200, 'OK', [...DATED, ...headers] as never)
    response.end(body, 'latin1')
  }

  const [ours, nodes] = await Promise.all([raw(answer(true), head), raw(answer(false), head)])

  expect(lines(ours)).toEqual(lines(nodes))
  expect(ours.slice(ours.indexOf('\r\n\r\n'))).toBe(nodes.slice(nodes.indexOf('\r\n\r\n')))
})

test('204 and 304 have no body and no framing, and an answer without a date gets one', async () => {
  const text = await raw(response => {
    response.isHeadSound = true
    response.writeHead(304, 'Not Modified', ['ETag', '"a"'] as never)
    response.end()
  })

  expect(lines(text)).toEqual([
    'Connection: close',
    expect.stringMatching(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/),
    'ETag: "a"',
    'HTTP/1.1 304 Not Modified',
  ])
})

test('a head that nobody vouches for is looked through', async () => {
  const text = await raw(response => {
    expect(() => response.writeHead(200, ['X-A', 'b\r\nX-C: d'] as never)).toThrow(/invalid/i)
    response.destroy()
  })

  expect(text).toBe('')
})
