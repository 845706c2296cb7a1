import { expect, test } from 'vitest'
import { answeringProcesses, changedSettings, effectiveSettings } from './effective-traffic.ts'
import { type NoteFacts, trafficNotes } from './traffic-notes.ts'

test('a setting of the app counts before that of the release, and that before the platform’s own', () => {
  const settings = effectiveSettings({
    own: { csp: { mode: 'off' }, compression: false },
    release: { csp: { mode: 'enforce' }, headers: { 'X-A': '1' }, limits: {} },
  })

  const by = Object.fromEntries(settings.map(({ key, value, from }) => [key, { value, from }]))
  expect(by.csp).toEqual({ value: { mode: 'off' }, from: 'app' })
  expect(by.compression).toEqual({ value: false, from: 'app' })
  expect(by.headers).toEqual({ value: { 'X-A': '1' }, from: 'release' })
  expect(by.limits).toEqual({ value: undefined, from: 'default' })
  expect(effectiveSettings({ own: {}, release: {} }).find(({ key }) => key === 'csp')).toMatchObject({
    value: { mode: 'report-only' },
    from: 'default',
  })
})

test('a change names what it changes, also where only the one who says so changes', () => {
  const release = { compression: true }
  const before = effectiveSettings({ own: {}, release })

  expect(changedSettings(before, before)).toEqual([])
  expect(changedSettings(before, effectiveSettings({ own: { compression: false }, release }))).toEqual([
    { key: 'compression', before: true, after: false },
  ])
  expect(changedSettings(before, effectiveSettings({ own: { compression: true }, release }))).toHaveLength(1)
})

test('processes that a path leads to answer requests as `web` does', () => {
  const routes = {
    '/api': { process: 'api', stripPrefix: false },
    '/v2': { process: 'api', stripPrefix: true },
    '/docs': { app: 'docs', stripPrefix: false },
  }

  expect(answeringProcesses({ routes })).toEqual(['web', 'api'])
  expect(answeringProcesses({})).toEqual(['web'])
})

const facts: NoteFacts = {
  slug: 'shop',
  effective: {},
  processes: ['web', 'api'],
  withPort: ['web'],
  withoutPort: [],
  teamApps: ['docs'],
  hasCertificate: false,
}

test('settings without effect are told, with what to do', () => {
  const effective = {
    routes: {
      '/gone': { process: 'gone', stripPrefix: false },
      '/api': { process: 'api', stripPrefix: false },
      '/docs': { app: 'docs', stripPrefix: false },
      '/else': { app: 'else', stripPrefix: false },
    },
    calls: ['docs', 'stranger'],
    https: { redirect: true },
  }

  const notes = trafficNotes({ ...facts, effective, withoutPort: ['api'] })

  expect(notes).toHaveLength(5)
  expect(notes.join('\n')).toMatch(/\/gone answers 503: the release has no process "gone"/)
  expect(notes.join('\n')).toMatch(/seaworthy restart --app shop/)
  expect(notes.join('\n')).toMatch(/no app else in this team/)
  expect(notes.join('\n')).toMatch(/no app stranger/)
  expect(notes.join('\n')).toMatch(/seaworthy domains add/)
  expect(trafficNotes(facts)).toEqual([])
})
