import { expect, test } from 'vitest'
import type { Job } from '../api/platform-queries.ts'
import { jobSearch } from './job-search.ts'
import { lineName, nextRun, starterName, triesText } from './job-words.ts'

const JOB = {
  state: 'queued',
  kind: 'certificate',
  queueKey: 'domain:shop.example.com',
  attempts: 0,
  maxAttempts: 5,
  runAt: '2026-01-01T00:00:10.000Z',
} as Job

test('the line of a job is named where it is a name for people', () => {
  expect(lineName(JOB)).toBe('shop.example.com')
  expect(lineName({ kind: 'deploy', queueKey: 'app:app_1' })).toBeUndefined()
  expect(lineName({ kind: 'sweep', queueKey: null })).toBeUndefined()
})

test('whoever began it is named; else the platform did', () => {
  const by = (kind: string, name: string | null) => ({
    about: { app: null, deployment: null, startedBy: { kind, name } },
  })

  expect(starterName(by('user', 'Ada'))).toBe('Ada')
  expect(starterName(by('local', null))).toBe('this machine')
  expect(starterName({})).toBe('the platform')
})

test('only a job that waits has a next run, and only while it lies ahead', () => {
  const then = Date.parse(JOB.runAt)

  expect(nextRun(JOB, then - 1)).toBe(JOB.runAt)
  expect(nextRun(JOB, then + 1)).toBeUndefined()
  expect(nextRun({ ...JOB, state: 'failed' }, then - 1)).toBeUndefined()
})

test('tries say what failed before they say what was begun', () => {
  expect(triesText(JOB)).toBe('not begun')
  expect(triesText({ ...JOB, attempts: 2 })).toBe('2 of 5')
  expect(triesText({ ...JOB, attempts: 40 })).toBe('5 of 5')
  expect(triesText({ ...JOB, attempts: 3, failures: 2 })).toBe('2 of 5 failed')
})

test('an address with nonsense in it shows all jobs', () => {
  expect(jobSearch({ state: 'failed', kind: 'mail', page: 2 })).toEqual({
    state: 'failed',
    kind: 'mail',
    page: 2,
  })
  expect(jobSearch({ state: '<b>', kind: '', page: -1 })).toEqual({})
})
