import { expect, test } from 'vitest'
import type { EventOf } from '../api/client.ts'
import { addRequests, NO_REQUESTS } from './live-requests.ts'

test('what a new connection tells again shows up once', () => {
  const first = addRequests(NO_REQUESTS, [request('a', 1), request('b', 2)])
  const again = addRequests(first, [request('b', 2), request('c', 3)])

  expect(again.requests.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})

test('an id that a client gives twice is two requests', () => {
  expect(addRequests(NO_REQUESTS, [request('same', 1), request('same', 2)]).requests).toHaveLength(2)
})

test('what was left out is counted', () => {
  const some = addRequests(NO_REQUESTS, [{ type: 'dropped', count: 3 }])

  expect(addRequests(some, [{ type: 'dropped', count: 4 }])).toMatchObject({ requests: [], dropped: 7 })
})

test('the list keeps the newest five thousand', () => {
  const many = Array.from({ length: 5_010 }, (_, index) => request(String(index), index))

  const { requests } = addRequests(NO_REQUESTS, many)

  expect([requests.length, requests[0]!.id]).toEqual([5_000, '10'])
})

function request(id: string, at: number): EventOf<'requests.query'> {
  return { type: 'request', id, at: new Date(at).toISOString() } as EventOf<'requests.query'>
}
