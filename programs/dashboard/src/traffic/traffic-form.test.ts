import { expect, test } from 'vitest'
import type { Traffic } from '../api/sight-queries.ts'
import { formOf, newAuth, newRow, patchOf, type TrafficForm } from './traffic-form.ts'

const EVERYTHING = {
  headers: { 'X-Team': 'sales', Server: '' },
  csp: { mode: 'enforce', policy: "default-src 'self'" },
  limits: {
    requestsPerMinutePerIp: 600,
    concurrentRequests: 50,
    queue: { maxRequests: 100, waitSeconds: 0.5 },
    bodyMb: 10,
    paths: { '/login': { requestsPerMinutePerIp: 10, idleSeconds: 7 } },
  },
  access: {
    allow: ['192.0.2.0/24'],
    deny: ['192.0.2.66'],
    basicAuth: [{ path: '/admin', realm: 'Crew', users: [{ name: 'ada' }] }],
  },
  redirects: [{ from: '/old/*', to: '/new/:rest', status: 308 }],
  rewrites: [{ from: '/v1/*', to: '/api/:rest' }],
  routes: { '/api': { process: 'api', stripPrefix: true }, '/docs': { app: 'handbook' } },
  cache: [{ path: '/assets/*', defaultSeconds: 3600, staleIfErrorSeconds: 60 }],
  compression: false,
  sticky: { cookie: 'stay', maxAgeSeconds: 60 },
  calls: ['billing'],
}

test('what is not touched is not sent, whatever is set', () => {
  const known = traffic(EVERYTHING)
  const form = formOf(known)

  expect(patchOf(form, form, known)).toEqual({})
})

test('a change sends its whole key and nothing else, with what the form does not show', () => {
  const known = traffic(EVERYTHING)
  const form = formOf(known)

  const patch = change(known, { limits: { ...form.limits, bodyMb: '25' } })

  expect(patch).toEqual({ limits: { ...EVERYTHING.limits, bodyMb: 25 } })
})

test('an own setting that is emptied goes back to the release, the release’s own is set to nothing', () => {
  const headers = { headers: { 'X-Team': 'sales' } }

  expect(change(traffic(headers, 'app'), { headers: [] })).toEqual({ headers: null })
  expect(change(traffic(headers, 'release'), { headers: [] })).toEqual({ headers: {} })
})

test('a password is sent when it is typed, and a user without one keeps theirs', () => {
  const known = traffic(EVERYTHING)
  const { access } = formOf(known)
  const added = { ...newAuth(), path: '/beta' }
  const users = [{ ...added.users[0]!, name: 'bob', password: 'Another-Horse' }]

  const patch = change(known, {
    access: { ...access, basicAuth: [...access.basicAuth, { ...added, users }] },
  })

  expect(patch.access?.basicAuth).toEqual([
    { path: '/admin', realm: 'Crew', users: [{ name: 'ada' }] },
    { path: '/beta', users: [{ name: 'bob', password: 'Another-Horse' }] },
  ])
})

test('a number that is none goes out as it was typed, so that the API can say so', () => {
  const known = traffic({})
  const limits = { ...formOf(known).limits, bodyMb: 'much' }

  expect(change(known, { limits })).toEqual({ limits: { bodyMb: 'much' } })
})

test('a row that nobody filled is not sent', () => {
  const known = traffic({})

  expect(change(known, { redirects: [newRow({ from: ' ', to: '', status: '302', host: '' })] })).toEqual({})
})

test('the platform’s own policy is no policy of the app', () => {
  const known = traffic({ csp: { mode: 'report-only', policy: "default-src 'self'" } }, 'default')

  expect(formOf(known).csp).toEqual({ mode: 'report-only', policy: '' })
  expect(change(known, { csp: { mode: 'enforce', policy: '' } })).toEqual({ csp: { mode: 'enforce' } })
})

function change(known: Traffic, part: Partial<TrafficForm>) {
  const form = formOf(known)
  return patchOf({ ...form, ...part }, form, known)
}

function traffic(values: Record<string, unknown>, from: 'app' | 'release' | 'default' = 'app'): Traffic {
  const settings = Object.entries(values).map(([key, value]) => ({ key, value, from }))
  return { version: 1, settings, maintenance: null, notes: [] }
}
