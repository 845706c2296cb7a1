import { execFile } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findCommand, httpBackend, systemPart } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, target } from '../test/edge-harness.ts'
import { secureSocket, shownTo, startSecureEdge } from '../test/secure-edge.ts'

const run = promisify(execFile)

async function openssl(...args: string[]): Promise<string> {
  const child = run(findCommand('openssl') ?? 'openssl', args)
  child.child.stdin?.end()
  return (await child).stdout
}

test('an HTTP-01 question is answered before any route, redirect or gate', async () => {
  const { edge, push, certificate } = await startSecureEdge()
  const backend = await httpBackend()
  const https = { redirect: true, hstsMaxAgeSeconds: 60 }
  const access = { allow: ['203.0.113.0/24'] }
  const challenges = [
    { type: 'http-01' as const, host: 'shop.test', token: 'tok', keyAuthorization: 'tok.thumbprint' },
    { type: 'http-01' as const, host: 'new.test', token: 'two', keyAuthorization: 'two.thumbprint' },
  ]
  const routes = [route([target(backend.port)], { hosts: ['shop.test'], https, access })]
  await push({ routes, challenges, certificates: [certificate('shop.test')] })
  const path = '/.well-known/acme-challenge/'

  expect(await edge.ask({ host: 'shop.test', path: `${path}tok` })).toMatchObject({
    status: 200,
    body: 'tok.thumbprint',
  })
  expect(await edge.ask({ host: 'new.test', path: `${path}two` })).toMatchObject({ body: 'two.thumbprint' })
  expect((await edge.ask({ host: 'new.test', path: `${path}tok` })).status).toBe(404)
  expect((await edge.ask({ host: 'shop.test', path: `${path}two` })).status).toBe(308)

  await push({ routes, certificates: [certificate('shop.test')] })
  expect((await edge.ask({ host: 'new.test', path: `${path}two` })).status).toBe(404)
  expect(backend.requests).toEqual([])
})

test('a TLS-ALPN-01 question sees its certificate, and nobody else does', async () => {
  const { httpsPort, push, certificate } = await startSecureEdge()
  const usual = certificate('shop.test')
  const answer = certificate('challenge-of.shop.test')
  const fresh = certificate('challenge-of.new.test')
  const challenges = [
    { type: 'tls-alpn-01' as const, host: 'shop.test', file: answer.file },
    { type: 'tls-alpn-01' as const, host: 'new.test', file: fresh.file },
  ]
  await push({ routes: [], certificates: [usual], challenges })

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const servername of ['shop.test', 'new.test']) {
      const asked = { servername, maxVersion, ALPNProtocols: ['acme-tls/1'] }
      const socket = await secureSocket(httpsPort, asked)
      expect(socket.alpnProtocol).toBe('acme-tls/1')
      expect(socket.getPeerCertificate().subject.CN).toBe(`challenge-of.${servername}`)
      socket.destroy()
    }
  }
  expect((await shownTo(httpsPort, 'shop.test')).name).toBe('shop.test')
  expect((await shownTo(httpsPort, 'new.test')).name).toBe('seaworthy-edge.invalid')
  await expect(
    secureSocket(httpsPort, { servername: 'other.test', ALPNProtocols: ['acme-tls/1'] }),
  ).rejects.toThrow()

  await push({ routes: [], certificates: [usual] })
  await expect(secureSocket(httpsPort, { ALPNProtocols: ['acme-tls/1'] })).rejects.toThrow(
    /no application protocol/,
  )
})

test.skipIf(await systemPart.missing('openssl'))(
  'an answer about revocation goes along with its certificate',
  async () => {
    const { edge, httpsPort, push, certificate } = await startSecureEdge()
    const plain = certificate('other.test')
    const stapled = await certificateWithOcsp(edge.home, 'shop.test')
    const old = certificate('old.test')
    const certificates = [
      plain,
      { hosts: ['shop.test'], ...stapled, ocspUntil: Date.now() + 86_400_000 },
      { ...old, ocspFile: stapled.ocspFile, ocspUntil: Date.now() - 1 },
    ]
    await push({ routes: [], certificates })
    const ask = (servername: string) =>
      openssl('s_client', '-connect', `127.0.0.1:${httpsPort}`, '-servername', servername, '-status')

    expect(await ask('shop.test')).toContain('OCSP Response Status: successful')
    expect(await ask('other.test')).toContain('OCSP response: no response sent')
    expect(await ask('old.test')).toContain('OCSP response: no response sent')
  },
)

/** An authority, a certificate of its, and its word that it is good. */
async function certificateWithOcsp(
  folder: string,
  host: string,
): Promise<{ file: string; ocspFile: string }> {
  const at = (name: string) => join(folder, name)
  const key = (name: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    at(name),
  ]
  await openssl(
    'req',
    '-x509',
    ...key('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=authority',
  )
  await openssl('req', ...key('leaf.key'), '-out', at('leaf.csr'), '-subj', `/CN=${host}`)
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-set_serial', '0x1001', '-days', '2']
  await openssl('x509', '-req', '-in', at('leaf.csr'), ...signed, '-out', at('leaf.pem'))
  writeFileSync(at('index.txt'), `V\t490101000000Z\t\t1001\tunknown\t/CN=${host}\n`)
  const subject = ['-issuer', at('ca.pem'), '-cert', at('leaf.pem')]
  await openssl('ocsp', ...subject, '-no_nonce', '-reqout', at('request.der'))
  const responder = [
    '-index',
    at('index.txt'),
    '-CA',
    at('ca.pem'),
    '-rsigner',
    at('ca.pem'),
    '-rkey',
    at('ca.key'),
  ]
  const files = ['-reqin', at('request.der'), '-respout', at('ocsp.der'), '-ndays', '1']
  await openssl('ocsp', ...responder, ...files)
  const file = at('stapled.pem')
  for (const part of ['leaf.key', 'leaf.pem', 'ca.pem'])
    appendFileSync(file, (await run('cat', [at(part)])).stdout)
  return { file, ocspFile: at('ocsp.der') }
}
