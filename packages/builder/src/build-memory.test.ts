import { expect, test } from 'vitest'
import { buildMemory } from './build-memory.ts'
import { parseManifest } from './manifest.ts'

const TEXT = '{\n  "build": {\n    "memoryMb": 256\n  }\n}'
const declared = { manifest: parseManifest(TEXT), text: TEXT }
const silent = { manifest: parseManifest('{}'), text: '{}' }

test.each([
  ['what is declared, where the platform gives more', { givenMb: 1024, ...declared }, 256],
  ['what is declared, where the platform sets no limit', declared, 256],
  ['what the platform gives, where more is declared', { givenMb: 200, ...declared }, 200],
  ['what the platform gives, where nothing is declared', { givenMb: 1024, ...silent }, 1024],
  ['nothing, where nobody says anything', silent, undefined],
])('a build is limited to %s', (_, facts, limitMb) => {
  expect(buildMemory(facts).limitMb).toBe(limitMb)
})

test('who wrote the ceiling is told its line and figure', () => {
  expect(buildMemory({ givenMb: 1024, ...declared }).hint).toBe(
    'The build needed more than its memory of 256 MB, the ceiling that line 3 of seaworthy.json sets: raise "build.memoryMb" there, or remove it.',
  )
})

test('who got less than was asked for is told both figures', () => {
  expect(buildMemory({ givenMb: 200, ...declared }).hint).toMatch(
    /memory of 200 MB; the 256 MB that line 3 of seaworthy\.json asks for were not free\. Deploy again/,
  )
})

test('who declared nothing is told what to declare', () => {
  expect(buildMemory({ givenMb: 64, ...silent }).hint).toBe(
    'The build needed more than its memory of 64 MB: raise "build.memoryMb".',
  )
})
