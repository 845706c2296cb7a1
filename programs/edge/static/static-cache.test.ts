import { expect, test } from 'vitest'
import { type StaticAnswer, StaticCache } from './static-cache.ts'

const redirect = (location: string): StaticAnswer => ({ kind: 'redirect', location })

test('never holds more bytes than it may, and forgets what nobody asks for first', () => {
  const cache = new StaticCache({ maxBytes: 20_000 })
  const hot = redirect('hot')
  cache.set('/root', '/hot', hot)

  for (let index = 0; index < 500; index++) {
    const answer = redirect(`${index}`)
    cache.set('/root', `/${index}`, answer)
    cache.grow(answer, (index % 5) * 1000)
    expect(cache.get('/root', '/hot')).toBe(hot)
    expect(cache.bytes).toBeLessThanOrEqual(20_000)
  }

  expect(cache.get('/root', '/0')).toBeUndefined()
  expect(cache.get('/root', '/499')).toBeDefined()
})

test('keeps the answers of two roots apart, and drops a body larger than all of it', () => {
  const cache = new StaticCache({ maxBytes: 10_000 })
  const [one, other] = [redirect('one'), redirect('other')]
  cache.set('/one', '/', one)
  cache.set('/other', '/', other)
  expect([cache.get('/one', '/'), cache.get('/other', '/')]).toEqual([one, other])

  cache.grow(one, 50_000)

  expect(cache.get('/one', '/')).toBeUndefined()
  expect(cache.bytes).toBeLessThanOrEqual(10_000)
  cache.grow(one, 50_000) // evicted meanwhile: counts no more
  expect(cache.bytes).toBeLessThanOrEqual(10_000)
})

test('set again for the same path counts the last one only', () => {
  const cache = new StaticCache({ maxBytes: 10_000 })
  cache.set('/r', '/a', redirect('1'))
  const { bytes } = cache
  const second = redirect('2')

  cache.set('/r', '/a', second)

  expect([cache.bytes, cache.get('/r', '/a')]).toEqual([bytes, second])
})
