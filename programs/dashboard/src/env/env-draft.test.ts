import { expect, test } from 'vitest'
import { changesOf, EMPTY_DRAFT, namesIn, resetVariable, setVariable, unsetVariable } from './env-draft.ts'

const KNOWN = { LEVEL: { secret: false, value: 'info' }, TOKEN: { secret: true, value: null } }

test('setting what is there already is no change', () => {
  const changed = setVariable(EMPTY_DRAFT, 'LEVEL', { value: 'debug', secret: false }, KNOWN)
  const back = setVariable(changed, 'LEVEL', { value: 'info', secret: false }, KNOWN)

  expect(changesOf(changed, KNOWN)).toEqual([{ key: 'LEVEL', kind: 'changed' }])
  expect(changesOf(back, KNOWN)).toEqual([])
})

test('a secret that is set again is a change, and so is making one', () => {
  const again = setVariable(EMPTY_DRAFT, 'TOKEN', { value: 'x', secret: true }, KNOWN)
  const made = setVariable(EMPTY_DRAFT, 'LEVEL', { value: 'info', secret: true }, KNOWN)

  expect(changesOf(again, KNOWN)).toEqual([{ key: 'TOKEN', kind: 'changed' }])
  expect(changesOf(made, KNOWN)).toEqual([{ key: 'LEVEL', kind: 'changed' }])
})

test('a new variable that is removed again was never there', () => {
  const added = setVariable(EMPTY_DRAFT, 'NEW', { value: '1', secret: false }, KNOWN)

  expect(changesOf(added, KNOWN)).toEqual([{ key: 'NEW', kind: 'added' }])
  expect(changesOf(unsetVariable(added, 'NEW', KNOWN), KNOWN)).toEqual([])
})

test('what is removed can be set again, or taken back', () => {
  const removed = unsetVariable(EMPTY_DRAFT, 'LEVEL', KNOWN)

  expect(changesOf(removed, KNOWN)).toEqual([{ key: 'LEVEL', kind: 'removed' }])
  expect(changesOf(resetVariable(removed, 'LEVEL'), KNOWN)).toEqual([])
  const again = setVariable(removed, 'LEVEL', { value: 'warn', secret: false }, KNOWN)
  expect(changesOf(again, KNOWN)).toEqual([{ key: 'LEVEL', kind: 'changed' }])
})

test('the names of a pasted file are found, each once', () => {
  expect(namesIn('# A=1\nexport A=1\n  B = "x"\nA=2\nnonsense\n')).toEqual(['A', 'B'])
})
