import { expect, test } from 'vitest'
import { type EngineImage, unusedBaseImages } from './base-image-removal.ts'

const DEBIAN: EngineImage = {
  id: 'sha256:d',
  parentId: '',
  tags: ['debian:12'],
  digests: ['debian@sha256:1'],
  bytes: 70,
}
const PULLED = [{ id: 'sha256:d', name: 'debian:12', pulledAt: 5 }]
const calm = { images: [DEBIAN], usedIds: new Set<string>(), youngAfterMs: 10 }

test('an image that the platform pulled and nothing refers to may go', () => {
  expect(unusedBaseImages(PULLED, calm)).toEqual([{ id: 'sha256:d', names: ['debian:12'], bytes: 70 }])
})

test('so may one that a Dockerfile named by its digest', () => {
  const pulled = [{ ...PULLED[0]!, name: 'debian@sha256:1' }]

  expect(unusedBaseImages(pulled, { ...calm, images: [{ ...DEBIAN, tags: [] }] })).toHaveLength(1)
})

test.each([
  ['one that others brought', [], calm],
  ['one whose name means another image by now', [{ ...PULLED[0]!, id: 'sha256:old' }], calm],
  [
    'one that somebody gave a name of their own',
    PULLED,
    { ...calm, images: [{ ...DEBIAN, tags: ['debian:12', 'mine:1'] }] },
  ],
  ['one that a container was made of', PULLED, { ...calm, usedIds: new Set(['sha256:d']) }],
  [
    'one that an image was made of',
    PULLED,
    { ...calm, images: [DEBIAN, { ...DEBIAN, id: 'sha256:app', parentId: 'sha256:d', tags: ['app:1'] }] },
  ],
  ['one that was pulled just now', PULLED, { ...calm, youngAfterMs: 4 }],
])('%s stays', (_, pulled, rules) => {
  expect(unusedBaseImages(pulled, rules)).toEqual([])
})
