import { bindServer, systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { testDnsDriver } from './dns-driver.conformance.ts'
import { type Rfc2136Options, rfc2136Driver } from './rfc2136-driver.ts'

const missing = await systemPart.missing('bind')
const NAME = '_acme-challenge.shop.example.com'

async function setUp(options: Partial<Rfc2136Options> = {}) {
  const bind = await bindServer()
  const driver = rfc2136Driver({
    server: '127.0.0.1',
    port: bind.port,
    zone: bind.zone,
    key: bind.key,
    ...options,
  })
  return { bind, driver, name: NAME, texts: () => bind.texts(NAME), breakServer: bind.stop }
}

testDnsDriver('rfc2136, against BIND', () => setUp(), { skip: missing })

describe.skipIf(missing)('what BIND refuses is said in plain words', () => {
  test('a wrong secret', async () => {
    const { bind } = await setUp()
    const key = { ...bind.key, secret: Buffer.alloc(32).toString('base64') }
    const driver = rfc2136Driver({ server: '127.0.0.1', port: bind.port, zone: bind.zone, key })

    await expect(driver.addText({ name: NAME, value: 'proof' })).rejects.toThrow('Is the secret right?')
  })

  test('a key that it does not know', async () => {
    const { bind } = await setUp()
    const key = { ...bind.key, name: 'stranger' }
    const driver = rfc2136Driver({ server: '127.0.0.1', port: bind.port, zone: bind.zone, key })

    await expect(driver.addText({ name: NAME, value: 'proof' })).rejects.toThrow('does not know this key')
  })

  test('a zone that it does not hold', async () => {
    const { driver } = await setUp({ zone: 'example.net' })

    await expect(
      driver.addText({ name: '_acme-challenge.example.net', value: 'proof' }),
    ).rejects.toMatchObject({
      code: 'dns_update_refused',
    })
  })

  test('an address of the local network is never spoken to where that is not allowed', async () => {
    const { driver } = await setUp({ mayReach: () => false })

    await expect(driver.addText({ name: NAME, value: 'proof' })).rejects.toMatchObject({
      code: 'address_refused',
    })
  })

  test('a long value arrives whole', async () => {
    const { driver, texts } = await setUp()
    const value = 'x'.repeat(300)

    await driver.addText({ name: NAME, value })

    expect(await texts()).toEqual([value])
  })
})
