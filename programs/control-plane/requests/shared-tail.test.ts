import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { SharedTail } from './shared-tail.ts'

test('all who follow get each line, from one source that ends with the last of them', async () => {
  const { tail, sources } = countedTail()
  const one = followOf(tail)
  const two = followOf(tail)
  await waitFor(() => sources.length === 1 && one.heard.count > 0 && two.heard.count > 0)

  sources[0]!.tell('a')
  await waitFor(() => one.seen.length === 1 && two.seen.length === 1)
  await one.leave()
  expect(sources[0]!.signal.aborted).toBe(false)
  sources[0]!.tell('b')
  await waitFor(() => two.seen.length === 2)
  await two.leave()

  expect([one.seen, two.seen]).toEqual([['a'], ['a', 'b']])
  expect(sources).toHaveLength(1)
  expect(sources[0]!.signal.aborted).toBe(true)
})

test('who comes after the last one left gets a source anew, and nothing of the old one', async () => {
  const { tail, sources } = countedTail()
  const one = followOf(tail)
  await waitFor(() => sources.length === 1)
  await one.leave()
  const two = followOf(tail)
  await waitFor(() => sources.length === 2)

  sources[0]!.tell('old')
  sources[1]!.tell('new')

  await waitFor(() => two.seen.length === 1)
  expect(two.seen).toEqual(['new'])
})

test('a slow follower is told how much it missed, and holds nobody up', async () => {
  const { tail, sources } = countedTail({ maxWaiting: 2 })
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const slow = tail.follow({ signal: stop.signal })
  const first = slow.next()
  const quick = followOf(tail)
  await waitFor(() => sources.length === 1)

  for (const line of ['a', 'b', 'c', 'd', 'e']) {
    sources[0]!.tell(line)
    await waitFor(() => quick.seen.at(-1) === line)
  }

  const taken = [
    (await first).value,
    (await slow.next()).value,
    (await slow.next()).value,
    (await slow.next()).value,
  ]
  expect(taken).toEqual(['a', 'b', 'c', '2 missed'])
})

interface Source {
  signal: AbortSignal
  tell(line: string): void
}

function countedTail({ maxWaiting = 100 } = {}): { tail: SharedTail<string>; sources: Source[] } {
  const sources: Source[] = []
  const tail = new SharedTail<string>({
    open(signal, told) {
      const stream = new TransformStream<string, string>({}, { highWaterMark: 100 }, { highWaterMark: 100 })
      const writer = stream.writable.getWriter()
      signal.addEventListener('abort', () => void writer.close().catch(() => undefined))
      sources.push({ signal, tell: line => void writer.write(line).catch(() => undefined) })
      told(true)
      return stream.readable
    },
    missed: count => `${count} missed`,
    maxWaiting,
  })
  return { tail, sources }
}

function followOf(tail: SharedTail<string>) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const seen: string[] = []
  const heard = { count: 0 }
  const reading = (async () => {
    for await (const line of tail.follow({ signal: stop.signal, listening: () => heard.count++ }))
      seen.push(line)
  })()
  const leave = () => {
    stop.abort()
    return reading
  }
  return { seen, heard, leave }
}
