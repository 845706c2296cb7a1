import { expect, test } from 'vitest'
import { APP_PAGES, appsInPalette, PAGES } from './palette-entries.ts'

const MANY = Array.from({ length: 500 }, (_, index) => ({ slug: `app-${index}`, name: `App ${index}` }))
const SHOP = { slug: 'shop', name: 'The Harbour Shop' }

test('the app that is looked at is offered before anything is typed, and no other', () => {
  expect(appsInPalette([...MANY, SHOP], { search: '', here: 'shop' })).toEqual([SHOP])
  expect(appsInPalette(MANY, { search: '', here: undefined })).toEqual([])
})

test('a typed word names apps, also beside what is to be done with them', () => {
  const found = appsInPalette([...MANY, SHOP], { search: 'scale harb', here: undefined })

  expect(found).toEqual([SHOP])
})

test('of hundreds only a few are offered', () => {
  expect(appsInPalette(MANY, { search: 'app', here: undefined })).toHaveLength(6)
})

test('where there are few apps, the deed alone finds them', () => {
  expect(appsInPalette([SHOP], { search: 'restart', here: undefined })).toEqual([SHOP])
})

test('no two entries of one kind have one name', () => {
  for (const entries of [PAGES, APP_PAGES]) {
    const labels = entries.map(({ label }) => label)
    expect(new Set(labels).size).toBe(labels.length)
  }
})
