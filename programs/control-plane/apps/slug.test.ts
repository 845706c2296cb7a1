import { slugSchema } from '@seaworthy/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slugProblem } from './slug.ts'

test.each(['shop', 'blog', 'a1b', 'my-shop', '123', 'a-b-c', 'x'.repeat(40), 'a--b'])(
  '%s is a slug',
  slug => {
    expect(slugProblem(slug)).toBeUndefined()
  },
)

test.each([
  ['', /at least 3/],
  ['ab', /at least 3/],
  ['x'.repeat(41), /at most 40/],
  ['Shop', /only a-z/],
  ['my_shop', /only a-z/],
  ['my.shop', /only a-z/],
  ['shöp', /only a-z/],
  ['shop\n', /only a-z/],
  ['-shop', /hyphen/],
  ['shop-', /hyphen/],
  ['xn--shp-una', /third and fourth/],
  ['my--shop', /third and fourth/],
  ['api', /reserved.*"api-app"/],
  ['localhost', /reserved/],
  ['seaworthy', /reserved/],
])('%j is refused with the reason', (slug, reason) => {
  expect(slugProblem(slug)).toMatch(reason)
})

test('what the API refuses by its schema is refused here, too', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 45 }), text => {
      if (!slugSchema.safeParse(text).success) expect(slugProblem(text)).toBeDefined()
    }),
  )
})

test('each reserved word that the issue names is refused', () => {
  const words =
    `api admin www dashboard static assets seaworthy localhost mail ftp status health live ready metrics
    docs login setup`.split(/\s+/)

  for (const word of words) expect(slugProblem(word), word).toMatch(/reserved/)
})
