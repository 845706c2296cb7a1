import { expect, test } from 'vitest'
import { type DecisionFacts, mustWait, whyMayNotApprove, whyMayNotRefuse } from './approval-rules.ts'

const FACTS: DecisionFacts = {
  role: 'admin',
  needed: 'admin',
  isOwn: false,
  ownAllowed: false,
  isAlone: false,
}

test('new code waits, and what has not served before; a restart and a way back do not', () => {
  const rule = { required: true }

  expect(mustWait(rule, { reason: 'deploy', servedBefore: true })).toBe(true)
  expect(mustWait(rule, { reason: 'env', servedBefore: false })).toBe(true)
  expect(mustWait(rule, { reason: 'rollback', servedBefore: false })).toBe(true)
  expect(mustWait(rule, { reason: 'rollback', servedBefore: true })).toBe(false)
  expect(mustWait(rule, { reason: 'restart', servedBefore: true })).toBe(false)
  expect(mustWait({ required: false }, { reason: 'deploy', servedBefore: false })).toBe(false)
})

test('a role that is too low decides nothing', () => {
  expect(whyMayNotApprove(FACTS)).toBeUndefined()
  expect(whyMayNotApprove({ ...FACTS, role: 'owner' })).toBeUndefined()
  expect(whyMayNotApprove({ ...FACTS, role: 'developer' })).toMatch(
    /needs the role admin; yours is developer/,
  )
  expect(whyMayNotApprove({ ...FACTS, role: undefined })).toMatch(/yours is none/)
  expect(whyMayNotRefuse({ role: 'viewer', needed: 'developer' })).toMatch(/needs the role developer/)
})

test('nobody approves their own, unless they are alone or the app allows it', () => {
  const own = { ...FACTS, isOwn: true }

  expect(whyMayNotApprove(own)).toMatch(/somebody else/)
  expect(whyMayNotApprove({ ...own, isAlone: true })).toBeUndefined()
  expect(whyMayNotApprove({ ...own, ownAllowed: true })).toBeUndefined()
  expect(whyMayNotApprove({ ...own, ownAllowed: true, role: 'viewer' })).toMatch(/needs the role/)
  expect(whyMayNotRefuse(own)).toBeUndefined()
})
