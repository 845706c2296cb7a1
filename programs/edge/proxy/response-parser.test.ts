import fc from 'fast-check'
import { expect, test } from 'vitest'
import { responseHeaderKinds } from './header-kinds.ts'
import { MalformedResponse } from './response-head.ts'
import { ResponseParser } from './response-parser.ts'

interface Parsed {
  statuses: number[]
  headers: string[]
  body: string
  complete: boolean | undefined
}

/** Parses `bytes` in pieces that end at `cuts`. */
function parse(bytes: string, cuts: number[] = [], toHead = false): Parsed {
  const parsed: Parsed = { statuses: [], headers: [], body: '', complete: undefined }
  const parser = new ResponseParser({
    kinds: responseHeaderKinds(),
    events: {
      onInformational: head => parsed.statuses.push(head.status),
      onHead: head => {
        parsed.statuses.push(head.status)
        parsed.headers = head.headers
      },
      onBody: chunk => {
        parsed.body += chunk.toString('latin1')
      },
      onComplete: reusable => {
        parsed.complete = reusable
      },
    },
  })
  parser.expect(toHead)
  const ends = [...new Set(cuts.map(cut => cut % bytes.length)), bytes.length].sort((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    const piece = Buffer.from(bytes.slice(from, end), 'latin1')
    parser.execute(piece, piece.length)
    from = end
  }
  if (parsed.complete === undefined) parser.finish()
  return parsed
}

const cuts = fc.array(fc.nat(500), { maxLength: 12 })
const body = fc.string({ maxLength: 60 }).map(text => text.replace(/[^ -~]/g, '.'))

test('an answer with a length is the same however the network cuts it', () => {
  fc.assert(
    fc.property(body, cuts, (text, at) => {
      const bytes = `HTTP/1.1 200 Fine\r\nX-A:  b c \t\r\nContent-Length: ${text.length}\r\n\r\n${text}`

      expect(parse(bytes, at)).toEqual({
        statuses: [200],
        headers: ['X-A', 'b c', 'Content-Length', String(text.length)],
        body: text,
        complete: true,
      })
    }),
  )
})

test('so is one in chunks, with hints before, extensions and trailers', () => {
  fc.assert(
    fc.property(fc.array(body, { maxLength: 4 }), cuts, (chunks, at) => {
      const coded = chunks.filter(Boolean).map(text => `${text.length.toString(16)};a=b\r\n${text}\r\n`)
      const hints = 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'
      const bytes = `${hints}HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n${coded.join('')}0\r\nT: x\r\n\r\n`

      expect(parse(bytes, at)).toEqual({
        statuses: [103, 200],
        headers: [],
        body: chunks.join(''),
        complete: true,
      })
    }),
  )
})

test.each([
  ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', '', true],
  ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', '', true],
  ['HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok', 'ok', false],
  ['HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', 'ok', false],
  ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok', 'ok', true],
  ['HTTP/1.1 200 OK\r\n\r\nuntil the end', 'until the end', false],
  ['HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', '', true],
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok', 'ok', true],
])('knows where %j ends and whether another may follow', (bytes, expectedBody, reusable) => {
  expect(parse(bytes)).toMatchObject({ body: expectedBody, complete: reusable })
})

test('the answer to a HEAD has no body, whatever it says', () => {
  expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', [], true)).toMatchObject({
    body: '',
    complete: true,
  })
})

test('fields of the connection stay behind, also those that it names itself', () => {
  const { headers } = parse(
    'HTTP/1.1 200 OK\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nTrailer: T\r\nX-Kept: \xa0é\r\nContent-Length: 0\r\n\r\n',
  )

  expect(headers).toEqual(['X-Kept', '\xa0é', 'Content-Length', '0'])
})

test('any bytes at all are parsed or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHead) => {
      const text = Buffer.from(bytes).toString('latin1')
      try {
        parse(withHead ? `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text}` : text || 'x')
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedResponse)
      }
    }),
  )
})
