import { expect, test } from 'vitest'
import { ClientKinds, clientKind } from './client-kind.ts'

test.each([
  [
    'desktop',
    'Chrome',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  ],
  [
    'desktop',
    'Edge',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
  ],
  ['desktop', 'Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  [
    'desktop',
    'Safari',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  ],
  [
    'phone',
    'Safari',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  ],
  [
    'phone',
    'Chrome',
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  ],
  [
    'phone',
    'Samsung Internet',
    'Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36',
  ],
  [
    'tablet',
    'Chrome',
    'Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  ],
  [
    'tablet',
    'Safari',
    'Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  ],
])('a %s with %s is one', (device, browser, userAgent) => {
  expect(clientKind(userAgent)).toEqual({ isBot: false, device, browser })
})

test.each([
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36',
  'curl/8.14.1',
  'python-requests/2.32.3',
  'facebookexternalhit/1.1',
  'Mozilla/5.0',
])('%s is a program', userAgent => {
  expect(clientKind(userAgent).isBot).toBe(true)
})

test('who does not say what they are is a program', () => {
  expect(clientKind(undefined).isBot).toBe(true)
})

test('what was found out once is remembered, and ever new names do not fill the memory', () => {
  const kinds = new ClientKinds()
  for (let number = 0; number < 2_000; number++) kinds.of(`Mozilla/5.0 (X11; Linux x86_64) Firefox/${number}`)

  const first = kinds.of('Mozilla/5.0 (X11; Linux x86_64) Firefox/1')
  expect(kinds.of('Mozilla/5.0 (X11; Linux x86_64) Firefox/1')).toBe(first)
})
