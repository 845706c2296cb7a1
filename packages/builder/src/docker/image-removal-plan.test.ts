import { expect, test } from 'vitest'
import { type OwnImage, planImageRemoval } from './image-removal-plan.ts'

/** `id: parent, own bytes, minute, tag` */
function imagesOf(
  rows: Record<string, [parent: string, bytes: number, minute: number, tag?: string]>,
): OwnImage[] {
  const sizeOf = (id: string): number => (rows[id] ? rows[id][1] + sizeOf(rows[id][0]) : 0)
  return Object.entries(rows).map(([id, [parentId, , minute, tag]]) => ({
    id,
    parentId,
    tags: tag ? [tag] : [],
    sizeBytes: sizeOf(id),
    createdMs: minute,
    appId: 'app-1',
  }))
}

const chain = imagesOf({
  a: ['base', 10, 1],
  b: ['a', 20, 2],
  old: ['b', 1, 3, 'shop:old'],
  c: ['a', 30, 4],
  live: ['c', 1, 5, 'shop:live'],
  stage: ['base', 100, 4],
})

function removed(rules: Partial<Parameters<typeof planImageRemoval>[1]>): string[] {
  const all = { keep: new Set(['live']), maxCacheBytes: 1_000, youngAfterMs: 1_000, ...rules }
  return planImageRemoval(chain, all).map(({ image }) => image.id)
}

test('an image that no release needs goes, and its layers stay for the next build', () => {
  expect(removed({})).toEqual(['old'])
})

test('layers go oldest first until the rest fits, children before what they were made of', () => {
  expect(removed({ maxCacheBytes: 110 })).toEqual(['old', 'b'])
  expect(removed({ maxCacheBytes: 0 })).toEqual(['old', 'b', 'stage'])
})

test('what a release needs stays whatever the size', () => {
  expect(removed({ keep: new Set(['live', 'old']), maxCacheBytes: 0 })).toEqual(['stage'])
})

test('what was made a moment ago stays, with all it was made of', () => {
  expect(removed({ keep: new Set(), maxCacheBytes: 0, youngAfterMs: 4 })).toEqual(['old', 'b', 'stage'])
})
