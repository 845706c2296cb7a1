import { describe, expect, test } from 'vitest'
import { createHostCheck } from './host-check.ts'

const check = createHostCheck({ domains: ['Panel.example.org'] })

describe('the address of a request', () => {
  test.each([
    'localhost',
    'localhost:4400',
    'LOCALHOST:4400',
    '127.0.0.1:4400',
    '[::1]:4400',
    'panel.example.org',
  ])('may be %s', host => {
    expect(() => check({ headers: { host } })).not.toThrow()
  })

  test.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'shop.localhost:4400',
    '127.0.0.1.evil.example',
    '10.0.0.1',
  ])('may not be %s, as after DNS rebinding', host => {
    expect(() => check({ headers: { host } })).toThrow(/not one of the platform/)
  })
})
