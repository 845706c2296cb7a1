import { describe, expect, test } from 'vitest'
import { asksForPrivacy, countedPath, isPageView, referrerHost, type SeenRequest } from './page-view.ts'

const page: SeenRequest = {
  method: 'GET',
  url: '/about?a=1',
  status: 200,
  headers: { accept: 'text/html,application/xhtml+xml' },
  answerHead: ['Date', 'x', 'Content-Type', 'text/html; charset=utf-8'],
}

describe('a page view', () => {
  test.each<[string, Partial<SeenRequest>]>([
    ['by a browser that tells what it asks for', { headers: { 'sec-fetch-dest': 'document' } }],
    ['of a page that the browser has', { status: 304, answerHead: undefined }],
    ['of a file that the edge serves itself', { answerHead: undefined, url: '/guide/index.html' }],
  ])('is an answer %s', (_, change) => {
    expect(isPageView({ ...page, ...change })).toBe(true)
  })

  test.each<[string, Partial<SeenRequest>]>([
    ['a form that is sent', { method: 'POST' }],
    ['a page that is not there', { status: 404 }],
    ['a redirect', { status: 302 }],
    ['data for a page', { headers: { accept: 'application/json' } }],
    ['a frame in a page', { headers: { 'sec-fetch-dest': 'iframe', accept: 'text/html' } }],
    ['a page fetched in advance', { headers: { ...page.headers, 'sec-purpose': 'prefetch;prerender' } }],
    ['an answer that is no HTML', { answerHead: ['content-type', 'application/pdf'] }],
    ['a picture that the edge serves itself', { answerHead: undefined, url: '/logo.png?v=1' }],
  ])('is not %s', (_, change) => {
    expect(isPageView({ ...page, ...change })).toBe(false)
  })
})

test('what opens a door is not in a path that is counted', () => {
  expect(countedPath('/reset/0193e0f2-91f0-7c1a-9f0a-0a1b2c3d4e5f?x=1')).toBe('/reset/*')
  expect(countedPath('/invite/dGhpc0lzQVRva2VuMTIzNDU2Nzg5')).toBe('/invite/*')
  expect(countedPath('/orders/1234567890/items')).toBe('/orders/*/items')
  expect(countedPath('/docs/how-to-deploy-a-static-site')).toBe('/docs/how-to-deploy-a-static-site')
  expect(countedPath('/posts/2026')).toBe('/posts/2026')
  expect(countedPath(`/${'a'.repeat(5000)}`).length).toBeLessThanOrEqual(200)
})

test('of a referrer only the host is kept, and only of another site', () => {
  expect(referrerHost('https://www.example.com/search?q=secret', 'shop.org')).toBe('example.com')
  expect(referrerHost('https://shop.org/other', 'www.shop.org')).toBeUndefined()
  expect(referrerHost('android-app://com.example', 'shop.org')).toBeUndefined()
  expect(referrerHost('not an address', 'shop.org')).toBeUndefined()
  expect(referrerHost(undefined, 'shop.org')).toBeUndefined()
})

test('a browser can ask for privacy in two ways', () => {
  expect(asksForPrivacy({ 'sec-gpc': '1' })).toBe(true)
  expect(asksForPrivacy({ dnt: '1' })).toBe(true)
  expect(asksForPrivacy({ dnt: '0' })).toBe(false)
})
