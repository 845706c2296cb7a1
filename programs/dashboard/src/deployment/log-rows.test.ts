import { expect, test } from 'vitest'
import { addEvents, type DeploymentEvent, noProgress } from './deployment-progress.ts'
import { rowAt, rowOfLine, rowsOf, stepOfLine } from './log-rows.ts'
import { placeAfter } from './log-toolbar.tsx'

const at = '2026-01-01T00:00:00.000Z'
const line = (text: string, step?: string): DeploymentEvent => ({
  ...{ type: 'log', at, stream: 'stdout', text },
  ...(step !== undefined && { step }),
})
const start = (name: string): DeploymentEvent => ({ type: 'step', at, name, title: name, state: 'started' })
const PROGRESS = addEvents(noProgress(), [
  line('before'),
  start('install'),
  line('a', 'install'),
  line('b', 'install'),
  start('empty'),
  start('build'),
  line('c', 'build'),
  line('after'),
])

const shown = (folded: ReadonlySet<number>) => {
  const rows = rowsOf(PROGRESS, folded)
  return Array.from({ length: rows.count }, (_, index) => {
    const row = rowAt(rows, index)
    return row.kind === 'step' ? PROGRESS.steps[row.step]!.name : PROGRESS.texts[row.line]
  })
}

test('a step has its head before its lines, and alone when it is folded', () => {
  expect(shown(new Set())).toEqual(['before', 'install', 'a', 'b', 'empty', 'build', 'c', 'after'])
  expect(shown(new Set([0]))).toEqual(['before', 'install', 'empty', 'build', 'c', 'after'])
  expect(shown(new Set([0, 1, 2]))).toEqual(['before', 'install', 'empty', 'build', 'after'])
})

test('every line is found where it stands, and not where it is folded away', () => {
  const open = rowsOf(PROGRESS, new Set())
  const folded = rowsOf(PROGRESS, new Set([0]))

  expect([0, 1, 2, 3, 4].map(each => rowOfLine(open, each))).toEqual([0, 2, 3, 6, 7])
  expect([0, 1, 2, 3, 4].map(each => rowOfLine(folded, each))).toEqual([0, undefined, undefined, 4, 5])
  expect([0, 1, 3, 4].map(each => stepOfLine(PROGRESS, each))).toEqual([-1, 0, 2, -1])
  expect(rowOfLine(open, 5)).toBeUndefined()
  expect(rowOfLine(rowsOf(noProgress(), new Set()), 0)).toBeUndefined()
})

test('the places of a search are gone through in both directions, and round the end', () => {
  const places = [3, 8, 20]

  expect([undefined, 3, 5, 20].map(line => placeAfter(places, line, 1))).toEqual([3, 8, 8, 3])
  expect([undefined, 20, 5, 3].map(line => placeAfter(places, line, -1))).toEqual([20, 8, 3, 20])
  expect(placeAfter([], 3, 1)).toBeUndefined()
})
