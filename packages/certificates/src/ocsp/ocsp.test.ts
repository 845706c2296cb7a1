import { execFile, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findCommand, freePort, systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { askOcsp } from './ocsp.ts'

const run = promisify(execFile)
const openssl = findCommand('openssl') ?? 'openssl'
const DAY_MS = 86_400_000

/** An authority with one certificate, and openssl answering for it. */
async function responder({
  state = 'V',
  signedBy = 'ca',
}: {
  state?: 'V' | 'R' | 'none'
  signedBy?: 'ca' | 'stranger'
} = {}) {
  const { path } = temporaryFolder()
  const file = (name: string) => join(path, name)
  const make = (name: string, ...more: string[]) =>
    run(openssl, [
      ...[
        'req',
        '-x509',
        '-nodes',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-days',
        '30',
      ],
      ...['-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), ...more],
    ])
  await make('ca')
  await make('stranger')
  await make(
    'leaf',
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-addext',
    'subjectAltName=DNS:shop.example.com',
  )
  const { serialNumber } = new X509Certificate(readFileSync(file('leaf.pem')))
  const revoked = state === 'R' ? '261101000000Z' : ''
  writeFileSync(
    file('index.txt'),
    state === 'none' ? '' : `${state}\t361101000000Z\t${revoked}\t${serialNumber}\tunknown\t/CN=leaf\n`,
  )
  const port = await freePort()
  const child = spawn(
    openssl,
    [
      ...['ocsp', '-port', String(port), '-index', file('index.txt'), '-CA', file('ca.pem'), '-ndays', '4'],
      ...['-rsigner', file(`${signedBy}.pem`), '-rkey', file(`${signedBy}.key`)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk))
  onTestFinished(async () => {
    const gone = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGKILL')) await gone
  })
  // It serves one connection after the other, so a trial connection would be in the way.
  await waitFor(() => said.includes('waiting for OCSP'), { what: 'openssl to listen' })
  const chainPem = `${readFileSync(file('leaf.pem'), 'utf8')}${readFileSync(file('ca.pem'), 'utf8')}`
  return { chainPem, url: `http://127.0.0.1:${port}/` }
}

describe.skipIf(await systemPart.missing('openssl'))('the state of a certificate', () => {
  test('is asked of a real responder and checked', async () => {
    const now = Date.now()

    const answer = await askOcsp(await responder(), now)

    expect(answer.status).toBe('good')
    expect(answer.der.byteLength).toBeGreaterThan(100)
    expect(answer.validUntil - now).toBeGreaterThan(3 * DAY_MS)
    expect(answer.askAgainAt - now).toBeLessThan(2.1 * DAY_MS)
  })

  test('is told when it is revoked, or unknown', async () => {
    expect((await askOcsp(await responder({ state: 'R' }), Date.now())).status).toBe('revoked')
    expect((await askOcsp(await responder({ state: 'none' }), Date.now())).status).toBe('unknown')
  })

  test('is not believed by the word of a stranger', async () => {
    await expect(askOcsp(await responder({ signedBy: 'stranger' }), Date.now())).rejects.toThrow(
      'signature is wrong',
    )
  })

  test('is not handed on once it is old', async () => {
    await expect(askOcsp(await responder(), Date.now() + 5 * DAY_MS)).rejects.toThrow('not valid now')
  })

  test('that is no answer at all is refused, and so is an address of the local network', async () => {
    const { chainPem, url } = await responder()
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())))
    const nonsense = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

    await expect(askOcsp({ chainPem, url: nonsense }, Date.now())).rejects.toThrow('no OCSP answer')
    await expect(askOcsp({ chainPem, url, mayReach: () => false }, Date.now())).rejects.toMatchObject({
      code: 'address_refused',
    })
  })
})
