import { expect, test } from 'vitest'
import { mayKeepOut, probePlace } from './probe-place.ts'

const web = { row: { process: 'web' }, instance: { address: { host: '127.0.0.1', port: 20_001 } } } as never
const worker = { row: { process: 'worker' }, instance: {} } as never
const at = { edgePort: 8080, host: 'shop.localhost' }

test('probes go through the edge, as visitors come', () => {
  expect(probePlace({ ...at, isGuarded: false, instances: [web] })).toEqual({
    host: '127.0.0.1',
    port: 8080,
    hostHeader: 'shop.localhost',
    throughEdge: true,
  })
})

test('where rules may keep them out, they go to an instance that answers requests', () => {
  const guarded = { ...at, isGuarded: true }

  expect(probePlace({ ...guarded, instances: [worker, web] })).toMatchObject({
    port: 20_001,
    throughEdge: false,
  })
  expect(probePlace({ ...guarded, instances: [worker] })).toBeUndefined()
})

test('lists of addresses, passwords, limits and rewrites may keep probes out; empty ones may not', () => {
  expect(mayKeepOut({ access: { deny: ['192.0.2.1'] } })).toBe(true)
  expect(mayKeepOut({ limits: { requestsPerMinutePerIp: 5 } })).toBe(true)
  expect(mayKeepOut({ rewrites: [{ from: '/a', to: '/b' }] })).toBe(true)
  expect(mayKeepOut({ limits: {}, access: {}, headers: { 'X-A': '1' }, compression: false })).toBe(false)
})
