import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findCommand, freePort, PebbleServer, systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { example } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

const run = promisify(execFile)
const missing = await systemPart.missing('pebble', 'curl', 'openssl')

let platform: Platform
let pebble: PebbleServer
let terminal: Terminal
let rootFile: string
let httpsPort: number
const endings: (() => Promise<void>)[] = []

beforeAll(async () => {
  if (missing) return
  const httpPort = await freePort()
  httpsPort = await freePort()
  pebble = await PebbleServer.start({ httpPort, tlsPort: httpsPort }, end => void endings.unshift(end))
  const folder = temporaryFolder().path
  rootFile = join(folder, 'root.pem')
  writeFileSync(rootFile, await pebble.root())
  writeFileSync(join(folder, 'acme.pem'), pebble.ca)
  platform = await Platform.start({
    SEAWORTHY_HTTP_PORT: String(httpPort),
    SEAWORTHY_HTTPS_PORT: String(httpsPort),
    SEAWORTHY_ACME_DIRECTORY: pebble.directoryUrl,
    SEAWORTHY_ACME_CA_FILE: join(folder, 'acme.pem'),
    SEAWORTHY_ACME_HTTP_PORT: String(httpPort),
    SEAWORTHY_DNS_SERVERS: pebble.dns.address,
    SEAWORTHY_PUBLIC_ADDRESSES: '127.0.0.1',
    SEAWORTHY_DOMAINS_ALLOW_LOCAL: 'true',
  })
  terminal = Terminal.onMachine(platform)
  const { deployment } = await platform.deploy('shop', example('hello'))
  if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
})

afterAll(async () => {
  await platform?.destroy()
  for (const end of endings) await end()
})

/** What curl gets, which knows the authority's root and nothing else. */
async function curl(host: string, ...args: string[]): Promise<string> {
  const where = ['--resolve', `${host}:${httpsPort}:127.0.0.1`, '--cacert', rootFile]
  const { stdout } = await run(findCommand('curl')!, [
    '-sS',
    ...where,
    ...args,
    `https://${host}:${httpsPort}/`,
  ])
  return stdout
}

/** The serial number of the certificate that a new connection is shown. */
function serialOf(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: httpsPort,
      servername: host,
      headers: { host },
      ca: readFileSync(rootFile),
    }
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 })
    request({ ...options, agent }, answer => {
      const { serialNumber } = (answer.socket as import('node:tls').TLSSocket).getPeerCertificate()
      answer
        .resume()
        .on('end', () =>
          answer.statusCode === 200 ? resolve(serialNumber) : reject(new Error(String(answer.statusCode))),
        )
    })
      .on('error', reject)
      .end()
  })
}

describe.skipIf(missing)('domains', () => {
  test('a claimed host gets a certificate, step by step, and answers by https', async () => {
    const { code, stdout, stderr } = await terminal.run([
      'domains',
      'add',
      'Shop.Example.com',
      '--app',
      'shop',
    ])

    expect(stderr).toMatch(/shop\.example\.com leads here \(127\.0\.0\.1\)/)
    expect(stderr).toMatch(/Port \d+ of shop\.example\.com leads to this platform/)
    expect(stderr).toMatch(/No CAA record limits/)
    expect(stdout).toMatch(/https:\/\/shop\.example\.com is served with a certificate of Pebble/)
    expect(code).toBe(0)
    expect(await curl('shop.example.com')).toContain('Hello from shop')
    expect(await curl('shop.example.com', '-I')).toMatch(/strict-transport-security: max-age=31536000/i)
  })

  test('plain HTTP is sent to https, and the built-in host of the app is not', async () => {
    const plain = await platform.request('shop', '/a?b=c', { headers: { host: 'shop.example.com' } })

    expect(plain.status).toBe(308)
    expect(plain.headers.location).toBe(`https://shop.example.com:${httpsPort}/a?b=c`)
    expect((await platform.request('shop')).status).toBe(200)
  })

  test('one domain leads to another', async () => {
    const { code, stderr } = await terminal.run([
      'domains',
      'add',
      'www.example.com',
      '--redirect-to',
      'shop.example.com',
      '--app',
      'shop',
    ])

    expect(code, stderr).toBe(0)
    const head = await curl('www.example.com', '-D', '-')
    expect(head).toMatch(/ 308/)
    expect(head).toMatch(new RegExp(`location: https://shop.example.com:${httpsPort}/\\s`, 'i'))
  })

  test('what is wrong with a name or its DNS is said, and the others go on', async () => {
    await pebble.dns.setServfail('nowhere.example.com')
    const nowhere = await terminal.run(['domains', 'add', 'nowhere.example.com', '--app', 'shop'])
    const reserved = await terminal.run(['domains', 'add', 'other.localhost', '--app', 'shop'])

    expect(nowhere.code).toBe(1)
    expect(nowhere.stderr + nowhere.stdout).toContain('DNS does not answer for nowhere.example.com')
    expect(reserved.code).toBe(1)
    expect(reserved.stderr).toContain('local networks only')
    expect(await curl('shop.example.com')).toContain('Hello from shop')
    expect((await terminal.run(['domains', 'remove', 'nowhere.example.com', '--app', 'shop'])).code).toBe(0)
  })

  test('a renewal swaps the certificate without a failed request', async () => {
    const before = await serialOf('shop.example.com')
    let isRenewed = false
    const failures: unknown[] = []
    const serials = new Set<string>()
    const load = (async () => {
      while (!isRenewed)
        await serialOf('shop.example.com').then(
          serial => serials.add(serial),
          error => failures.push(error),
        )
    })()

    const { code, stderr } = await terminal.run(['domains', 'renew', 'shop.example.com', '--app', 'shop'])
    await waitFor(async () => (await serialOf('shop.example.com')) !== before, {
      what: 'the new certificate',
    })
    isRenewed = true
    await load

    expect(code, stderr).toBe(0)
    expect(failures).toEqual([])
    expect(serials.has(before)).toBe(true)
  })

  test('the control plane may be killed while a certificate is got', async () => {
    const added = await terminal.run(['domains', 'add', 'killed.example.com', '--app', 'shop', '--detach'])
    expect(added.code).toBe(0)
    await platform.kill()
    expect(await curl('shop.example.com')).toContain('Hello from shop')
    await platform.startControlPlane()

    const state = () =>
      platform.api.call('domains.get', { params: { slug: 'shop', host: 'killed.example.com' } })
    await waitFor(async () => (await state()).state === 'secured', {
      what: 'the certificate',
      timeoutMs: 60_000,
    })

    expect(await curl('killed.example.com')).toContain('Hello from shop')
  })

  test('a certificate of the owner is checked and served', async () => {
    const { path } = temporaryFolder()
    const [key, chain] = [join(path, 'key.pem'), join(path, 'chain.pem')]
    const about = ['-subj', '/CN=own', '-addext', 'subjectAltName=DNS:own.example.com']
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      ...about,
      '-keyout',
      key,
      '-out',
      chain,
    ])
    const add = (host: string) => terminal.run(['domains', 'add', host, '--no-certificate', '--app', 'shop'])
    const upload = (host: string) =>
      terminal.run(['domains', 'certificate', host, '--upload', chain, key, '--app', 'shop'])
    await add('own.example.com')
    await add('wrong.example.com')

    const [good, wrong] = [await upload('own.example.com'), await upload('wrong.example.com')]

    expect(good.code, good.stderr).toBe(0)
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('it is for own.example.com, and not for wrong.example.com')
    expect(await curl('own.example.com', '--cacert', chain)).toContain('Hello from shop')
  })

  test('a host that is given up answers no more', async () => {
    const { code } = await terminal.run(['domains', 'remove', 'own.example.com', '--app', 'shop'])

    expect(code).toBe(0)
    expect((await platform.request('shop', '/', { headers: { host: 'own.example.com' } })).status).toBe(404)
    const listed = await terminal.run(['domains', '--json', '--app', 'shop'])
    expect(JSON.parse(listed.stdout).map(({ host }: { host: string }) => host)).not.toContain(
      'own.example.com',
    )
  })
})
