import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { testDnsDriver } from './dns-driver.conformance.ts'
import { type WebhookOptions, webhookDriver, webhookSignature } from './webhook-driver.ts'

const SECRET = 'a secret that both know'
const NAME = '_acme-challenge.shop.example.com'

/** A program as the owner of a domain would write it: checks the signature, then changes its records. */
async function setUp(options: Partial<WebhookOptions> & { status?: number; location?: string } = {}) {
  const records = new Set<string>()
  const seen: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push(request.url!)
    const signature = String(request.headers['seaworthy-signature'])
    const at = Number(/^t=(\d+),/.exec(signature)?.[1])
    if (signature !== webhookSignature(SECRET, body, at)) return response.writeHead(401).end()
    const { action, value } = JSON.parse(body)
    if (action === 'add') records.add(value)
    else records.delete(value)
    response.writeHead(options.status ?? 204, options.location ? { location: options.location } : {}).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => new Promise<void>(resolve => void server.close(() => resolve()).closeAllConnections())
  onTestFinished(stop)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/key-in-the-path`
  const driver = webhookDriver({ url, secret: SECRET, ...options })
  return { driver, name: NAME, texts: async () => [...records], breakServer: stop, seen, url }
}

testDnsDriver('webhook', () => setUp())

test('a wrong secret is seen by the other side, and its refusal by ours', async () => {
  const { driver, texts } = await setUp({ secret: 'another' })

  await expect(driver.addText({ name: NAME, value: 'proof' })).rejects.toThrow('it answered 401')
  expect(await texts()).toEqual([])
})

test('an error never tells what stands in the path of the address', async () => {
  const { driver, breakServer } = await setUp()
  await breakServer()

  await expect(driver.addText({ name: NAME, value: 'proof' })).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('key-in-the-path') }),
  )
})

test('an address of the local network is refused, also behind a name', async () => {
  const { driver, url, seen } = await setUp({ mayReach: address => !address.startsWith('127.') })
  const named = webhookDriver({
    url: url.replace('127.0.0.1', 'hook.example.com'),
    secret: SECRET,
    mayReach: address => !address.startsWith('127.'),
    lookup: (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  })

  await expect(driver.addText({ name: NAME, value: 'proof' })).rejects.toMatchObject({
    code: 'address_refused',
  })
  await expect(named.addText({ name: NAME, value: 'proof' })).rejects.toMatchObject({
    code: 'address_refused',
  })
  expect(seen).toEqual([])
})

test('a redirect is not followed: it could lead into the local network', async () => {
  const { driver, seen } = await setUp({ status: 307, location: '/elsewhere' })

  await expect(driver.addText({ name: NAME, value: 'proof' })).rejects.toThrow('it answered 307')
  expect(seen).toEqual(['/hook/key-in-the-path'])
})
