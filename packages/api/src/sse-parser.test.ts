import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEvents, type ServerSentEvent } from './sse-parser.ts'

const TEXT =
  ': hello\n\nid: 1\nevent: log\ndata: {"a":"ä€😀"}\n\ndata: one\ndata: two\n\nid: 3\r\nevent: end\r\ndata: x\r\n\r\n'
const EVENTS = [
  undefined,
  { id: '1', event: 'log', data: '{"a":"ä€😀"}' },
  { id: undefined, event: 'message', data: 'one\ntwo' },
  { id: '3', event: 'end', data: 'x' },
]

test('reads events, comments and both kinds of line breaks', async () => {
  expect(await parse([Buffer.from(TEXT)])).toEqual(EVENTS)
})

test('reads the same wherever the bytes are cut', async () => {
  const bytes = Buffer.from(TEXT)
  const cuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 })

  await fc.assert(
    fc.asyncProperty(cuts, async places => {
      const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length]
      const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end))
      expect(await parse(chunks)).toEqual(EVENTS)
    }),
    { numRuns: 200 },
  )
})

test('leaves out an event that was cut off', async () => {
  expect(await parse([Buffer.from('data: whole\n\ndata: hal')])).toEqual([
    { id: undefined, event: 'message', data: 'whole' },
  ])
})

async function parse(chunks: Uint8Array[]): Promise<(ServerSentEvent | undefined)[]> {
  return collect(
    parseEvents(
      (async function* () {
        yield* chunks
      })(),
    ),
  )
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
