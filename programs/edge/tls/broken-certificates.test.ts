import { execFile } from 'node:child_process'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CertificateFile } from '@seaworthy/routes'
import { findCommand, httpBackend, systemPart } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, target } from '../test/edge-harness.ts'
import { askHttp2, askSecurely, http2Session, shownTo, startSecureEdge } from '../test/secure-edge.ts'
import { makeSelfSigned } from './self-signed.ts'

const run = promisify(execFile)
const DAY_MS = 86_400_000

/** Each host has a certificate that is wrong in a way of its own. `seen`: what a client is shown for it. */
async function brokenCertificates(
  folder: string,
): Promise<Record<string, { certificate: CertificateFile; seen: string }>> {
  const fallback = 'seaworthy-edge.invalid'
  const made = (name: string, pem: string) => {
    const file = join(folder, `${name}.pem`)
    writeFileSync(file, pem, { mode: 0o600 })
    return { hosts: [`${name}.test`], file }
  }
  const [one, two] = [makeSelfSigned({ host: 'one.test' }), makeSelfSigned({ host: 'two.test' })]
  const keyOf = (pem: string) => pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE'))
  const bodyOf = (pem: string) => pem.slice(keyOf(pem).length)
  const cut = made('cut', one)
  truncateSync(cut.file, readFileSync(cut.file).length / 2)
  const long = makeSelfSigned({ host: 'expired.test', now: new Date(Date.now() - 900 * DAY_MS) })
  const locked = await run(findCommand('openssl') ?? 'openssl', [
    ...['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ...['-aes-256-cbc', '-pass', 'pass:secret'],
  ])
  return {
    mismatch: { certificate: made('mismatch', keyOf(one) + bodyOf(two)), seen: fallback },
    garbage: { certificate: made('garbage', 'not a certificate'), seen: fallback },
    'not-der': {
      certificate: made('not-der', one.replace(/CERTIFICATE-----\n.{40}/, 'CERTIFICATE-----\nAAAA')),
      seen: fallback,
    },
    empty: { certificate: made('empty', ''), seen: fallback },
    cut: { certificate: cut, seen: fallback },
    keyless: { certificate: made('keyless', bodyOf(one)), seen: fallback },
    bare: { certificate: made('bare', keyOf(one)), seen: fallback },
    locked: { certificate: made('locked', locked.stdout + bodyOf(one)), seen: fallback },
    missing: {
      certificate: { hosts: ['missing.test'], file: join(folder, 'nothing-here.pem') },
      seen: fallback,
    },
    folder: { certificate: { hosts: ['folder.test'], file: folder }, seen: fallback },
    // These can be shown. That clients refuse them is the matter of their own app.
    expired: { certificate: made('expired', long), seen: 'expired.test' },
    wrong: { certificate: made('wrong', two), seen: 'two.test' },
  }
}

test.skipIf(await systemPart.missing('openssl'))(
  'certificates that are broken in every way leave all other hosts as they were',
  async () => {
    const { edge, httpsPort, push, certificate } = await startSecureEdge()
    const backend = await httpBackend((_, response) => response.end('fine'))
    const broken = await brokenCertificates(edge.home)
    const good = certificate('shop.test')
    const hosts = ['shop.test', ...Object.keys(broken).map(name => `${name}.test`)]
    const routes = hosts.map((host, index) =>
      route([target(backend.port)], { hosts: [host], appId: `app_${index}` }),
    )
    await push({ routes, certificates: [good] })
    const before = await shownTo(httpsPort, 'shop.test')
    const session = await http2Session(httpsPort)
    const all = Object.values(broken).map(({ certificate: each }) => each)

    await push({ routes, certificates: [...all, good] })

    expect(await shownTo(httpsPort, 'shop.test')).toEqual(before)
    expect(await askHttp2(session, {})).toMatchObject({ status: 200, body: 'fine' })
    expect(await askSecurely({ port: httpsPort })).toMatchObject({ status: 200, body: 'fine' })
    for (const [name, { seen }] of Object.entries(broken)) {
      expect(`${name}: ${(await shownTo(httpsPort, `${name}.test`)).name}`).toBe(`${name}: ${seen}`)
      // A client that does not insist gets its answer all the same.
      const reply = await askSecurely({ port: httpsPort, host: `${name}.test` })
      expect(reply).toMatchObject({ status: 200, body: 'fine' })
    }

    const mended = certificate('garbage.test')
    await push({
      routes,
      certificates: [...all.filter(({ hosts: [host] }) => host !== 'garbage.test'), mended, good],
    })
    expect((await shownTo(httpsPort, 'garbage.test')).name).toBe('garbage.test')
    expect(await shownTo(httpsPort, 'shop.test')).toEqual(before)
  },
)

test('a broken rule of one app leaves its own route as it was, and all others free to change', async () => {
  const { edge, httpsPort, push, certificate } = await startSecureEdge()
  const [first, second] = await Promise.all(
    ['first', 'second'].map(name => httpBackend((_, response) => response.end(name))),
  )
  const mine = route([target(first!.port)], { hosts: ['shop.test'] })
  const theirs = route([target(second!.port)], { hosts: ['other.test'], appId: 'app_2' })
  const certificates = [certificate('shop.test'), certificate('other.test')]
  await push({ routes: [mine, theirs], certificates })

  const nonsense = { redirect: 'yes', hstsMaxAgeSeconds: -1 } as never
  const https = { redirect: false, hstsMaxAgeSeconds: 60 }
  await push({
    routes: [
      { ...mine, https: nonsense },
      { ...theirs, https },
    ],
    certificates,
  })

  expect(await askSecurely({ port: httpsPort })).toMatchObject({ status: 200, body: 'first' })
  const other = await askSecurely({ port: httpsPort, host: 'other.test' })
  expect(other).toMatchObject({ body: 'second', headers: { 'strict-transport-security': 'max-age=60' } })
  expect(edge.output).toContain('parts of the route table were left out')
})
