import { endpoints } from '@seaworthy/api'
import { expect, test } from 'vitest'
import { requestCollection } from './request-collection.ts'

interface Item {
  name: string
  item?: Item[]
  request?: {
    description: string
    method: string
    auth?: { type: string }
    url: { raw: string; path: string[]; variable: { key: string }[] }
    body?: { raw: string }
  }
}

const collection = JSON.parse(requestCollection()) as { info: { schema: string }; item: Item[] }
const requests = collection.item.flatMap(({ item }) => item!.map(({ request }) => request!))

test('has one request for each endpoint, under its own address', () => {
  expect(collection.info.schema).toContain('/v2.1.0/')
  expect(requests.map(({ description }) => description).toSorted()).toEqual(
    endpoints.map(({ id }) => id).toSorted(),
  )
  for (const { description, method, url } of requests) {
    const endpoint = endpoints.find(({ id }) => id === description)!
    expect(method).toBe(endpoint.method)
    expect(url.raw).toBe(`{{baseUrl}}${endpoint.path.replace(/\{(\w+)\}/g, ':$1')}`)
    expect(url.variable.map(({ key }) => `:${key}`)).toEqual(url.path.filter(place => place.startsWith(':')))
  }
})

test('shows the fields of every body, and needs a token but for what is public', () => {
  for (const { description, body, auth } of requests) {
    const endpoint = endpoints.find(({ id }) => id === description)!
    expect(body === undefined, description).toBe(endpoint.body === undefined)
    if (body) expect(typeof JSON.parse(body.raw), description).toBe('object')
    if (auth) expect(auth.type).toBe('noauth')
  }
  const signIn = requests.find(({ description }) => description === 'session.create')!
  expect(Object.keys(JSON.parse(signIn.body!.raw))).toEqual(expect.arrayContaining(['email', 'password']))
  expect(signIn.auth).toEqual({ type: 'noauth' })
})
