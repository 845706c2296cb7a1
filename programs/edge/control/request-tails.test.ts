import { request } from 'node:http'
import { join } from 'node:path'
import type { TailLine } from '@seaworthy/routes'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'
import { RequestTails } from './request-tails.ts'

/** Reads along until the test ends; resolves once the edge listens. */
async function tail(edge: TestEdge, query: string): Promise<{ lines: TailLine[]; end(): void }> {
  const lines: TailLine[] = []
  const socketPath = join(edge.home, 'run', 'edge.sock')
  const outgoing = request({ socketPath, path: `/requests?${query}` })
  outgoing.on('error', () => undefined)
  onTestFinished(() => void outgoing.destroy())
  await new Promise<void>((resolve, reject) => {
    outgoing.on('response', answer => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`))
      answer.setEncoding('utf8')
      answer.on('error', () => undefined)
      answer.on('data', text => {
        for (const line of text.split('\n').filter(Boolean)) lines.push(JSON.parse(line))
      })
      resolve()
    })
    outgoing.end()
  })
  return { lines, end: () => outgoing.destroy() }
}

const pathsOf = (lines: readonly TailLine[]) =>
  lines.flatMap(line => (line.type === 'request' ? [line.request.path] : [])).sort()

test('a live tail tells of the requests that fit its filter, of its app alone', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((asked, response) => {
    response.statusCode = asked.url!.startsWith('/broken') ? 500 : 200
    response.end()
  })
  const to = [target(backend.port)]
  await edge.push(route(to), route(to, { appId: 'app_2', hosts: ['other.localhost'] }))
  const failed = await tail(edge, 'appId=app_1&status=5xx')
  const posted = await tail(edge, 'appId=app_1&method=POST&path=/a/*')

  for (const path of ['/', '/broken', '/broken/2', '/a/1'])
    for (const method of ['GET', 'POST'])
      for (const host of ['shop.localhost', 'other.localhost']) await edge.ask({ path, method, host })

  await waitFor(() => failed.lines.length >= 4 && posted.lines.length >= 1)
  expect(pathsOf(failed.lines)).toEqual(['/broken', '/broken', '/broken/2', '/broken/2'])
  expect(pathsOf(posted.lines)).toEqual(['/a/1'])
})

test('a request that the log leaves out is told all the same', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_ACCESS_LOG: '0' } })
  await edge.push(route([]))
  const { lines } = await tail(edge, 'appId=app_1')

  const { headers } = await edge.ask({ path: '/here?key=secret' })

  await waitFor(() => lines.length > 0)
  expect(lines[0]).toMatchObject({ request: { id: headers['x-request-id'], query: 'key=[redacted]' } })
})

test('a wrong filter is refused with its reason', async () => {
  const edge = await TestEdge.start()
  for (const query of ['', 'appId=a&status=fine', 'appId=a&slowMs=soon']) {
    const { status, body } = await edge.control('GET', `/requests?${query}`)
    expect({ status, code: JSON.parse(body).code }).toEqual({ status: 400, code: 'EDGE_WRONG_FILTER' })
  }
})

test('what a reader does not take in time is dropped, counted and told once it reads again', () => {
  const tails = new RequestTails({ announce: () => undefined })
  const written: string[] = []
  let ready = true
  tails.open('app_1', {}, { write: line => written.push(line) > 0, isReady: () => ready })

  ready = false
  tails.seen([{ id: 1, lines: ['{"id":"lost"}', '{"id":"lost"}'], dropped: 3 }])
  ready = true
  tails.seen([{ id: 1, lines: ['{"id":"seen"}'], dropped: 0 }])

  expect(written.map(line => JSON.parse(line))).toEqual([
    { type: 'request', request: { id: 'seen' } },
    { type: 'dropped', count: 5 },
  ])
})

test('the workers hear of each tail that opens and closes, and of no more than there may be, of one app and of all', () => {
  const announced: number[] = []
  const tails = new RequestTails({ announce: taps => void announced.push(taps.length) })
  const reader = { write: () => true, isReady: () => true }

  const close = tails.open('app_1', {}, reader)
  close()
  while (!tails.isFullFor('app_1')) tails.open('app_1', {}, reader)
  expect(announced.slice(0, 3)).toEqual([1, 0, 1])
  expect(tails.taps()).toHaveLength(20)
  expect(tails.isFullFor('app_2')).toBe(false)

  for (let app = 2; !tails.isFullFor(`app_${app}`); app++) tails.open(`app_${app}`, {}, reader)
  expect(tails.taps()).toHaveLength(100)
})
