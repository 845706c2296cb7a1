import { httpBackend } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { addressWithin, askThroughEdge } from './header-check.ts'

test.each([
  ['/', 'http://shop.localhost:8080/'],
  ['/a?b=//c', 'http://shop.localhost:8080/a?b=//c'],
  ['//other.localhost/secret', 'http://shop.localhost:8080//other.localhost/secret'],
  ['/\\other.localhost/', 'http://shop.localhost:8080//other.localhost/'],
  ['/@other.localhost/', 'http://shop.localhost:8080/@other.localhost/'],
  ['/caf\u00e9', 'http://shop.localhost:8080/caf%C3%A9'],
])('the path %s stays with its app', (path, address) => {
  expect(addressWithin('http://shop.localhost:8080/', path).href).toBe(address)
})

test('an answer is told with all its headers, as they came', async () => {
  const app = await httpBackend((_, response) => {
    response.writeHead(404, [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ])
    response.end('nothing')
  })

  const { status, headers } = await askThroughEdge({ port: app.port, host: 'shop.localhost', path: '//a?b' })

  expect(status).toBe(404)
  expect(headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value)).toEqual(['a=1', 'b=2'])
  expect(app.requests).toEqual(['GET //a?b'])
})
