import { expect, test } from 'vitest'
import { assignments, parseDocument } from './traffic-values.ts'

const settings = [
  { key: 'limits', value: { requestsPerMinutePerIp: 60, bodyMb: 5 }, from: 'release' as const },
  { key: 'csp', value: { mode: 'report-only', policy: 'x' }, from: 'default' as const },
]

test('one field changes and the others stay as they count now; what is only a default is not taken over', () => {
  expect(assignments(['limits.requestsPerMinutePerIp=120', 'csp.mode=enforce'], { settings })).toEqual({
    limits: { requestsPerMinutePerIp: 120, bodyMb: 5 },
    csp: { mode: 'enforce' },
  })
})

test('several fields of one setting add up, and a whole value replaces', () => {
  expect(assignments(['limits.bodyMb=1', 'limits.queue.maxRequests=2'], { settings })).toEqual({
    limits: { requestsPerMinutePerIp: 60, bodyMb: 1, queue: { maxRequests: 2 } },
  })
  expect(assignments(['limits={"bodyMb":1}', 'compression=false'], { settings })).toEqual({
    limits: { bodyMb: 1 },
    compression: false,
  })
})

test.each(['limits', '=1', 'redirects=[{', 'headers={"a"'])('%j is refused with a sentence', text => {
  expect(() => assignments([text], { settings })).toThrow(/Write KEY=VALUE|not valid JSON/)
})

test.each(['', '[]', 'null', '{"a":'])('a file that holds %j is refused', text => {
  expect(() => parseDocument(text, 'traffic.json')).toThrow(/traffic\.json/)
})
