import { X509Certificate } from 'node:crypto'
import { type PebbleOptions, PebbleServer, systemPart } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { createCertificateKey, createCsr } from '../certificate/key-and-csr.ts'
import { createAccountKey } from './account-key.ts'
import { AcmeClient } from './acme-client.ts'
import type { ChallengeType } from './acme-objects.ts'
import { type IssueOptions, issueCertificate } from './issue-certificate.ts'
import { TestPresenter } from './test-presenter.ts'

const missing = await systemPart.missing('pebble', 'openssl')

async function setUp(options: Partial<PebbleOptions> = {}) {
  const presenter = await TestPresenter.start()
  const pebble = await PebbleServer.start({
    ...options,
    httpPort: presenter.httpPort,
    tlsPort: presenter.tlsPort,
  })
  presenter.dns = pebble.dns
  const client = newClient(pebble)
  const orders: string[] = []
  const issue = (names: string[], more: Partial<IssueOptions> = {}) =>
    issueCertificate({
      client,
      names,
      csr: () => createCsr(createCertificateKey(), names),
      presenter,
      onOrder: async url => void orders.push(url),
      signal: new AbortController().signal,
      ...more,
    })
  return { presenter, pebble, client, issue, orders }
}

const newClient = (pebble: PebbleServer) =>
  new AcmeClient({ directoryUrl: pebble.directoryUrl, ca: pebble.ca, accountKey: createAccountKey() })

const namesOf = (chain: string) => new X509Certificate(chain).subjectAltName

describe.skipIf(missing)('with a real authority', () => {
  test.for<[ChallengeType, string]>([
    ['http-01', 'shop.example.com'],
    ['tls-alpn-01', 'shop.example.com'],
    ['dns-01', 'shop.example.com'],
    ['dns-01', '*.shop.example.com'],
  ])('proves by %s that %s is ours, and gets a certificate that leads to its root', async ([type, name]) => {
    const { presenter, pebble, client, issue } = await setUp({ env: { PEBBLE_CHAIN_LENGTH: '2' } })
    presenter.types = [type]
    await client.ensureAccount({ email: 'ada@example.com' })

    const chain = await issue([name])

    const certificates = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)!
    expect(namesOf(chain)).toBe(`DNS:${name}`)
    expect(certificates).toHaveLength(3) // the leaf and two between it and the root
    const last = new X509Certificate(certificates.at(-1)!)
    expect(last.verify(new X509Certificate(await pebble.root()).publicKey)).toBe(true)
    expect(presenter.presented).toHaveLength(1)
    expect(presenter.open.size).toBe(0)
  })

  test('goes on however many nonces are refused', async () => {
    const { client, issue } = await setUp({ env: { PEBBLE_WFE_NONCEREJECT: '60' } })
    await client.ensureAccount({})

    expect(namesOf(await issue(['shop.example.com']))).toBe('DNS:shop.example.com')
  })

  test('what was proved a moment ago need not be proved again', async () => {
    const { client, issue, presenter } = await setUp({ env: { PEBBLE_AUTHZREUSE: '100' } })
    await client.ensureAccount({})

    await issue(['shop.example.com'])
    await issue(['shop.example.com'])

    expect(presenter.presented).toHaveLength(1)
  })

  test('several names make one certificate', async () => {
    const { client, issue } = await setUp()
    await client.ensureAccount({})

    expect(namesOf(await issue(['example.com', 'www.example.com']))).toBe(
      'DNS:example.com, DNS:www.example.com',
    )
  })

  test('an order that was cut off before its end is gone on with', async () => {
    const { client, issue, orders } = await setUp()
    await client.ensureAccount({})
    const cutOff = new Error('killed')
    await expect(issue(['shop.example.com'], { csr: () => Promise.reject(cutOff) })).rejects.toBe(cutOff)

    await issue(['shop.example.com'], { orderUrl: orders[0] })

    expect(orders).toHaveLength(1)
  })

  test('an order that the authority forgot is made anew', async () => {
    const { client, issue, orders, pebble } = await setUp()
    await client.ensureAccount({})

    await issue(['shop.example.com'], { orderUrl: pebble.directoryUrl.replace('/dir', '/my-order/nobody') })

    expect(orders).toHaveLength(1)
  })

  test('says in the words of the authority why a proof was not good', async () => {
    const { client, issue, presenter } = await setUp()
    await client.ensureAccount({})
    presenter.present = async () => {} // nothing is where the authority looks

    await expect(issue(['shop.example.com'])).rejects.toMatchObject({
      name: 'AcmeProblem',
      type: 'unauthorized',
      message: expect.stringContaining('404'),
    })
  })

  test('a name that the authority refuses is refused with its reason', async () => {
    const { client, issue } = await setUp({ blocked: ['blocked.example'] })
    await client.ensureAccount({})

    await expect(issue(['shop.blocked.example'])).rejects.toMatchObject({ type: 'rejectedIdentifier' })
  })

  test('a wildcard without a way to prove it in DNS says what is missing', async () => {
    const { client, issue } = await setUp()
    await client.ensureAccount({})

    await expect(issue(['*.example.com'])).rejects.toThrow('Set a DNS driver')
  })

  test('an account can be bound to one that the authority knows, and must be where it says so', async () => {
    const hmacKey = Buffer.from('a secret of thirty-two bytes, yes').toString('base64url')
    const { client, issue, pebble } = await setUp({ externalKeys: { 'kid-1': hmacKey } })
    await expect(newClient(pebble).ensureAccount({})).rejects.toMatchObject({ code: 'acme_account_needed' })

    await client.ensureAccount({ externalAccount: { keyId: 'kid-1', hmacKey } })

    expect(namesOf(await issue(['shop.example.com']))).toBe('DNS:shop.example.com')
  })

  test('an account is found again by its key', async () => {
    const { client } = await setUp()

    expect(await client.ensureAccount({})).toBe(await client.ensureAccount({}))
  })

  test('an authority that is gone is said to be', async () => {
    const { client, pebble } = await setUp()
    await pebble.stop()

    await expect(client.ensureAccount({})).rejects.toMatchObject({
      code: 'acme_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
