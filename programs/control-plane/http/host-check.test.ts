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
    expect(() => check({ method: 'GET', headers: { host } })).not.toThrow()
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
    expect(() => check({ method: 'GET', headers: { host } })).toThrow(/not one of the platform/)
  })
})

describe('a change', () => {
  const host = 'localhost:4400'

  test.each([
    {},
    { origin: 'http://localhost:4400' },
    { origin: 'http://localhost:4400', 'sec-fetch-site': 'same-origin' },
  ])('is taken from a program and from our own page: %j', headers => {
    expect(() => check({ method: 'POST', headers: { host, ...headers } })).not.toThrow()
  })

  test.each([
    { origin: 'http://shop.localhost:8080' },
    { origin: 'http://localhost:8080' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is refused from elsewhere: %j', headers => {
    expect(() => check({ method: 'DELETE', headers: { host, ...headers } })).toThrow(/other sites/)
  })
})
