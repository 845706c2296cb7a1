import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findCommand, systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { coversHost, inspectCertificate, readCertificate } from './inspect-certificate.ts'

const run = promisify(execFile)
const HOST = 'shop.example.com'
const DAY_MS = 86_400_000

interface Signed {
  cert: string
  key: string
}

/** A certificate by openssl; without `by` it signs itself. */
async function certificate(
  name: string,
  {
    by,
    extensions = [],
    days = 30,
    key = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    digest,
  }: {
    by?: Signed
    extensions?: string[]
    days?: number
    key?: string[]
    digest?: string
  } = {},
): Promise<Signed> {
  const { path } = temporaryFolder()
  const [keyFile, certFile] = [join(path, 'key.pem'), join(path, 'cert.pem')]
  const signer = by ? ['-CA', join(path, 'ca.pem'), '-CAkey', join(path, 'ca.key')] : []
  if (by) {
    writeFileSync(join(path, 'ca.pem'), by.cert)
    writeFileSync(join(path, 'ca.key'), by.key)
  }
  const wanted = extensions.flatMap(extension => ['-addext', extension])
  await run(findCommand('openssl')!, [
    ...['req', '-x509', '-nodes', '-newkey', ...key, '-days', String(days), '-subj', `/CN=${name}`],
    ...(digest ? [`-${digest}`] : []),
    ...[...signer, ...wanted, '-keyout', keyFile, '-out', certFile],
  ])
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

const CA = ['basicConstraints=critical,CA:TRUE']
const SERVER = [`subjectAltName=DNS:${HOST}`, 'basicConstraints=CA:FALSE']

async function chainOfThree() {
  const root = await certificate('Root', { extensions: [] })
  const middle = await certificate('Middle', { by: root, extensions: CA })
  const leaf = await certificate('Leaf', { by: middle, extensions: SERVER })
  return { root, middle, leaf }
}

const inspect = (chain: string, key: string, { host = HOST, now = Date.now() } = {}) =>
  inspectCertificate({ chain, key }, { host, now })

test.each([
  ['shop.example.com', 'shop.example.com', true],
  ['*.example.com', 'shop.example.com', true],
  ['*.example.com', 'a.shop.example.com', false],
  ['*.example.com', 'example.com', false],
  ['*.example.com', '*.example.com', true],
  ['shop.example.com', '*.example.com', false],
])('%s covers %s: %s', (name, host, expected) => {
  expect(coversHost(name, host)).toBe(expected)
})

describe.skipIf(await systemPart.missing('openssl'))('a certificate that somebody brings', () => {
  test('is put in order, without the root', async () => {
    const { root, middle, leaf } = await chainOfThree()

    const usable = inspect(`${root.cert}${middle.cert}${leaf.cert}`, leaf.key)

    expect(usable.chainPem).toBe(`${leaf.cert.trim()}\n${middle.cert.trim()}\n`)
    expect(usable).toMatchObject({ names: [HOST], issuer: 'Middle' })
    expect(readCertificate(usable.chainPem).renewalId).toMatch(/^[\w-]+\.[\w-]+$/)
  })

  test('is refused for each thing that is wrong with it, in plain words', async () => {
    const { middle, leaf } = await chainOfThree()
    const other = await certificate('Other', { extensions: SERVER })
    const weak = await certificate('Weak', { extensions: SERVER, key: ['rsa:1024'] })
    const unnamed = await certificate('Unnamed', { extensions: ['basicConstraints=CA:FALSE'] })
    const client = await certificate('Client', { extensions: [...SERVER, 'extendedKeyUsage=clientAuth'] })
    const chain = `${leaf.cert}${middle.cert}`

    expect(() => inspect('', leaf.key)).toThrow('there is no certificate in it')
    expect(() => inspect(leaf.cert.replace('MII', 'AAA'), leaf.key)).toThrow(
      'certificate 1 of the chain is damaged',
    )
    expect(() => inspect(chain, 'nothing')).toThrow('the key cannot be read')
    expect(() => inspect(chain, '-----BEGIN ENCRYPTED PRIVATE KEY-----')).toThrow('protected by a passphrase')
    expect(() => inspect(chain, other.key)).toThrow('the key belongs to none')
    expect(() => inspect(leaf.cert, leaf.key)).toThrow(
      'the chain ends with the certificate itself. Add that of Middle',
    )
    expect(inspect(`${chain}${middle.cert}`, leaf.key).chainPem.match(/BEGIN/g)).toHaveLength(2) // given twice
    expect(() => inspect(chain, leaf.key, { host: 'other.example.com' })).toThrow(
      'it is for shop.example.com, and not for other.example.com',
    )
    expect(() => inspect(unnamed.cert, unnamed.key)).toThrow('it names no host')
    expect(() => inspect(weak.cert, weak.key)).toThrow('1024 bits')
    expect(() => inspect(client.cert, client.key)).toThrow('not made for servers')
    expect(() => inspect(chain, leaf.key, { now: Date.now() + 40 * DAY_MS })).toThrow(/it expired on 20\d\d-/)
    expect(() => inspect(chain, leaf.key, { now: Date.now() - 40 * DAY_MS })).toThrow('valid only from')
    expect(() => inspect('x'.repeat(300_000), leaf.key)).toThrow('too long')
  })

  test('is refused where clients would not take its key, its signature or what stands above it', async () => {
    const curve = ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1']
    const odd = await certificate('Odd', { extensions: SERVER, key: curve })
    const edwards = await certificate('Edwards', { extensions: SERVER, key: ['ed25519'] })
    const root = await certificate('Root')
    const sha1 = await certificate('Old', { by: root, extensions: SERVER, digest: 'sha1' })
    const ending = await certificate('Ending', { by: root, extensions: CA, days: 5 })
    const leaf = await certificate('Leaf', { by: ending, extensions: SERVER })

    expect(() => inspect(odd.cert, odd.key)).toThrow('curve secp256k1, which browsers do not know')
    expect(() => inspect(edwards.cert, edwards.key)).toThrow('keys of kind ed25519 are not known to browsers')
    expect(() => inspect(`${sha1.cert}${root.cert}`, sha1.key)).toThrow(/signed with .*sha1/i)
    expect(() => inspect(`${leaf.cert}${ending.cert}`, leaf.key, { now: Date.now() + 10 * DAY_MS })).toThrow(
      'the certificate of Ending in its chain expired on',
    )
  })

  test('that belongs to another chain is named', async () => {
    const { middle, leaf } = await chainOfThree()
    const stray = await certificate('Stray', { by: await certificate('Elsewhere'), extensions: CA })

    expect(() => inspect(`${leaf.cert}${middle.cert}${stray.cert}`, leaf.key)).toThrow(
      'Stray is no part of the chain',
    )
  })
})
