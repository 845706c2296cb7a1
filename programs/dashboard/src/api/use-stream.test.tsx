import { act, render } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, ApiUnreachable } from './client.ts'
import { type StreamOptions, useStream } from './use-stream.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  Reflect.deleteProperty(document, 'hidden')
})

test('events that come together are told together, in their order', async () => {
  const { page, streams } = follow()

  streams[0]!.tell('a')
  streams[0]!.tell('b')
  await pass(50)

  expect(page.batches).toEqual([['a', 'b']])
})

test('a stream that breaks off is opened again, each time a little later', async () => {
  const { page, streams } = follow()

  streams[0]!.tell('a')
  await pass(1)
  streams[0]!.fail(new ApiUnreachable('here', { cause: new Error('It broke off') }))
  await pass(499)
  expect(page.batches).toEqual([['a']])
  expect(streams).toHaveLength(1)
  await pass(1)
  expect(streams).toHaveLength(2)

  streams[1]!.fail(new ApiError({ status: 503, detail: 'Too much.' }))
  await pass(999)
  expect(streams).toHaveLength(2)
  await pass(1)
  expect(streams).toHaveLength(3)
  expect(page.errors).toEqual([])
})

test('a refusal ends it, and is told', async () => {
  const { page, streams } = follow()
  const refusal = new ApiError({ status: 403, detail: 'Not yours.' })

  streams[0]!.fail(refusal)
  await pass(60_000)

  expect(page.errors).toEqual([refusal])
  expect(streams).toHaveLength(1)
})

test('a stream that has ended stays so', async () => {
  const { page, streams } = follow()

  streams[0]!.tell('last')
  streams[0]!.end()
  await pass(60_000)

  expect(page.batches).toEqual([['last']])
  expect(streams).toHaveLength(1)
})

test('another key leaves the stream before, of which nothing more is told', async () => {
  const { page, streams, show } = follow()

  show({ name: 'second' })
  streams[0]!.tell('late')
  streams[1]!.tell('new')
  await pass(50)

  expect(streams[0]!.signal.aborted).toBe(true)
  expect(page.batches).toEqual([['new']])
})

test('nothing is followed while it is paused, or once the page is gone', async () => {
  const { streams, show, leave } = follow()

  show({ enabled: false })
  expect(streams[0]!.signal.aborted).toBe(true)
  await pass(60_000)
  expect(streams).toHaveLength(1)
  show({})
  expect(streams).toHaveLength(2)
  leave()

  expect(streams[1]!.signal.aborted).toBe(true)
})

test('a page that is out of sight for long gives up its connection until it is seen again', async () => {
  const { streams } = follow()

  hide(true)
  await pass(19_000)
  hide(false)
  await pass(19_000)
  expect(streams[0]!.signal.aborted).toBe(false)
  hide(true)
  await pass(20_000)
  expect(streams[0]!.signal.aborted).toBe(true)
  expect(streams).toHaveLength(1)
  hide(false)

  expect(streams).toHaveLength(2)
})

interface Shown {
  name?: string
  enabled?: boolean
}

/** A page that follows a stream which the test feeds. */
function follow() {
  const page = { batches: [] as string[][], errors: [] as Error[] }
  const streams: ReturnType<typeof fedStream>[] = []
  const options = ({ name = 'first', enabled = true }: Shown): StreamOptions<string> => ({
    key: name,
    enabled,
    open(signal) {
      const stream = fedStream(signal)
      streams.push(stream)
      return stream.events
    },
    onEvents: events => void page.batches.push(events),
    onError: error => void page.errors.push(error),
  })
  const { rerender, unmount } = render(<Page options={options({})} />)
  return {
    page,
    streams,
    show: (shown: Shown) => rerender(<Page options={options(shown)} />),
    leave: unmount,
  }
}

function Page({ options }: { options: StreamOptions<string> }) {
  useStream(options)
  return null
}

function fedStream(signal: AbortSignal) {
  let controller!: ReadableStreamDefaultController<string>
  const events = new ReadableStream<string>({
    start(given) {
      controller = given
    },
  }) as unknown as AsyncIterable<string>
  return {
    signal,
    events,
    tell: (event: string) => controller.enqueue(event),
    fail: (error: Error) => controller.error(error),
    end: () => controller.close(),
  }
}

async function pass(ms: number): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(ms))
}

function hide(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
}
