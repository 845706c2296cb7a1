import { expect, test } from 'vitest'
import { InternalCalls } from './internal-calls.ts'

function internalCalls(calls: string[], internal?: { host: string; port: number }) {
  const edge = { status: async () => ({ internal }) as never }
  return new InternalCalls({ traffic: { effective: async () => ({ calls }) }, edge })
}

const names = (calls: InternalCalls) => calls.namesFor({} as never, {} as never)

test('each app that may be called has a name, an address and a variable with its URL', async () => {
  expect(await names(internalCalls(['api', 'my-shop'], { host: '127.66.1.2', port: 80 }))).toEqual({
    hosts: { 'api.internal': '127.66.1.2', 'my-shop.internal': '127.66.1.2' },
    env: {
      SEAWORTHY_INTERNAL_URL_API: 'http://api.internal',
      SEAWORTHY_INTERNAL_URL_MY_SHOP: 'http://my-shop.internal',
    },
  })
})

test('a port that is not 80 is part of the URL', async () => {
  const { env } = await names(internalCalls(['api'], { host: '127.66.1.2', port: 8080 }))

  expect(env).toEqual({ SEAWORTHY_INTERNAL_URL_API: 'http://api.internal:8080' })
})

test('an app that calls nobody gets nothing, and so does one under an edge without internal names', async () => {
  expect(await names(internalCalls([], { host: '127.66.1.2', port: 80 }))).toEqual({ hosts: {}, env: {} })
  expect(await names(internalCalls(['api']))).toEqual({ hosts: {}, env: {} })
})
