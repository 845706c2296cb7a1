import { expect, test } from 'vitest'
import { route } from '../test/edge-harness.ts'
import { MissingCertificates } from './missing-certificates.ts'

function setUp(...hosts: string[]) {
  const told: string[] = []
  const clock = { ms: 0 }
  const missing = new MissingCertificates({ report: host => told.push(host), now: () => clock.ms })
  missing.update({ version: 1, routes: [{ ...route([]), hosts }] })
  return { missing, told, clock }
}

test('a name of an app is told once a minute, by itself or by the wildcard above it', () => {
  const { missing, told, clock } = setUp('shop.test', '*.wild.test')

  for (const name of ['Shop.test', 'shop.test', 'a.wild.test', 'b.wild.test']) missing.note(name)
  expect(told).toEqual(['shop.test', '*.wild.test'])
  clock.ms += 60_000
  missing.note('shop.test')

  expect(told).toEqual(['shop.test', '*.wild.test', 'shop.test'])
})

test('a name that no app has is never told, and many of them cost a bounded number of looks', () => {
  const { missing, told, clock } = setUp('shop.test')

  for (let stranger = 0; stranger < 1_000; stranger++) missing.note(`${stranger}.stranger.test`)
  missing.note('shop.test')
  expect(told).toEqual([])
  clock.ms += 60_000
  missing.note('shop.test')

  expect(told).toEqual(['shop.test'])
})
