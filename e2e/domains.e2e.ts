import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
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

const plain = (host: string, path = '/') => platform.request('shop', path, { headers: { host } })

interface Asked {
  serialNumber: string
  body: string
  isReused: boolean
}

/** One request over TLS that is checked against the authority's root. */
async function ask(host: string, { agent }: { agent?: Agent } = {}): Promise<Asked> {
  const where = { host: '127.0.0.1', port: httpsPort, servername: host, headers: { host } }
  const own = agent ?? new Agent({ keepAlive: false, maxCachedSessions: 0 })
  const asked = request({ ...where, ca: readFileSync(rootFile), agent: own }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const { serialNumber } = (answer.socket as TLSSocket).getPeerCertificate()
  const body = await text(answer)
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${body}`)
  return { serialNumber, body, isReused: asked.reusedSocket }
}

/** The serial number of the certificate that a new connection is shown. */
const serialOf = async (host: string) => (await ask(host)).serialNumber

/** Whom the certificate that is shown for a name is for. */
async function certificateOf(servername: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: httpsPort, servername, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const subject = socket.getPeerX509Certificate()!.subject
  socket.destroy()
  return subject
}

/** One connection after the other until told to stop. */
async function newConnections(host: string, until: AbortSignal) {
  const [serials, failures] = [new Set<string>(), [] as unknown[]]
  while (!until.aborted)
    await serialOf(host).then(
      serial => serials.add(serial),
      error => failures.push(error),
    )
  return { serials, failures }
}

/** How long a handshake is held at most: the edge gives each ten seconds. */
const HELD_MS = 3_000

/** Handshakes that are held, two at a time, until something has happened under the last two. What each of them got. */
async function handshakesUntil(hasHappened: () => Promise<boolean>): Promise<string[]> {
  const pages: string[] = []
  for (let isOver = false; !isOver; ) {
    const halves = await Promise.all([SlowHandshake.begin(100), SlowHandshake.begin(Infinity)])
    const releaseAt = performance.now() + HELD_MS
    while (!isOver && performance.now() < releaseAt) isOver = await hasHappened()
    for (const half of halves) pages.push(await half.finish())
  }
  return pages
}

/** A client whose handshake stops on the way: after some bytes of its first message, or after all of that. */
class SlowHandshake {
  readonly #socket: TLSSocket
  readonly #secured: Promise<unknown>
  readonly #release: () => void

  private constructor(
    { socket, secured }: { socket: TLSSocket; secured: Promise<unknown> },
    release: () => void,
  ) {
    this.#socket = socket
    this.#secured = secured
    this.#release = release
  }

  static async begin(bytes: number): Promise<SlowHandshake> {
    const edge = connectTcp(httpsPort, '127.0.0.1')
    await once(edge, 'connect')
    const held: Buffer[] = []
    let state: 'new' | 'held' | 'free' = 'new'
    const started = Promise.withResolvers<void>()
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        if (state === 'free') return void edge.write(chunk, () => done())
        const now = state === 'new' ? chunk.subarray(0, bytes) : Buffer.alloc(0)
        held.push(chunk.subarray(now.byteLength))
        if (state === 'new') edge.write(now, () => started.resolve())
        state = 'held'
        done()
      },
    })
    edge.on('data', chunk => wire.push(chunk))
    edge.on('close', () => wire.push(null))
    const servername = 'shop.example.com'
    const socket = connect({ socket: wire, servername, ca: readFileSync(rootFile) })
    // A client is done with its part before the edge has got it.
    const secured = once(socket, 'secureConnect', { signal: AbortSignal.timeout(60_000) })
    secured.catch(() => undefined)
    socket.on('close', () => edge.destroy())
    await started.promise
    return new SlowHandshake({ socket, secured }, () => {
      state = 'free'
      edge.write(Buffer.concat(held))
    })
  }

  /** Goes on, and asks for the page. */
  async finish(): Promise<string> {
    this.#release()
    await this.#secured
    this.#socket.write('GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n')
    return text(this.#socket)
  }
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
    const answer = await plain('shop.example.com', '/a?b=c')

    expect(answer.status).toBe(308)
    expect(answer.headers.location).toBe(`https://shop.example.com:${httpsPort}/a?b=c`)
    expect((await platform.request('shop')).status).toBe(200)
  })

  test('sending people to https, and holding browsers to it, can be switched off', async () => {
    const set = (...options: string[]) =>
      terminal.run(['domains', 'set', 'shop.example.com', ...options, '--app', 'shop'])
    const off = await set('--no-redirect-http', '--hsts', '0')

    expect(off.code, off.stderr).toBe(0)
    expect((await plain('shop.example.com')).status).toBe(200)
    expect(await curl('shop.example.com', '-I')).not.toMatch(/strict-transport-security/i)
    expect((await set('--redirect-http', '--hsts', '600')).code).toBe(0)
    expect(await curl('shop.example.com', '-I')).toMatch(/strict-transport-security: max-age=600/i)
    expect((await plain('shop.example.com')).status).toBe(308)
  })

  test('an apex is claimed together with its www, which leads to it', async () => {
    const names = ['example.com', '--redirect-from', 'www.example.com']
    const { code, stdout, stderr } = await terminal.run(['domains', 'add', ...names, '--app', 'shop'])

    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/wanted in dns +example\.com A 127\.0\.0\.1/)
    expect(stderr).toMatch(/seen in dns +www\.example\.com A 127\.0\.0\.1/)
    expect(stdout.match(/is served with a certificate of Pebble/g)).toHaveLength(2)
    const head = await curl('www.example.com', '-D', '-')
    expect(head).toMatch(/ 308/)
    expect(head).toMatch(new RegExp(`location: https://example.com:${httpsPort}/\\s`, 'i'))
  })

  test('a wildcard is proved in DNS by a program of the owner, and serves each name under it', async () => {
    const hook = createServer(async (request, response) => {
      const { action, name, value } = JSON.parse(await text(request))
      await (action === 'add' ? pebble.dns.setTxt(name, value) : pebble.dns.clearTxt(name))
      response.writeHead(204).end()
    }).listen(0, '127.0.0.1')
    await once(hook, 'listening')
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`
    const dns = ['--dns', 'webhook', '--dns-url', url, '--dns-secret-file', '-']

    const without = await terminal.run(['domains', 'add', '*.wild.example.com', '--app', 'shop'])
    const added = await terminal.run(['domains', 'add', '*.wild.example.com', ...dns, '--app', 'shop'], {
      stdin: 'a secret of the hook',
    })
    hook.close()

    expect(without.code).toBe(1)
    expect(without.stderr).toContain('A wildcard is proved in DNS alone')
    expect(added.code, added.stderr).toBe(0)
    expect(await curl('one.wild.example.com')).toContain('Hello from shop')
    expect(await curl('two.wild.example.com')).toContain('Hello from shop')
  })

  test('a name that nobody claimed gets no certificate', async () => {
    await expect(curl('stranger.example.net')).rejects.toThrow(/SSL|certificate/)

    expect(await certificateOf('stranger.example.net')).toBe('CN=seaworthy-edge.invalid')
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

  test('the first visitor after DNS was mended brings a domain its certificate', async () => {
    const host = 'late.example.com'
    await pebble.dns.setServfail(host)
    const added = await terminal.run(['domains', 'add', host, '--app', 'shop'])
    expect(added.stdout).toContain('DNS does not answer for late.example.com')
    // After four failures, it is tried again by itself in six minutes at the earliest.
    for (let again = 0; again < 3; again++) await terminal.run(['domains', 'renew', host, '--app', 'shop'])
    const find = () => platform.api.call('domains.get', { params: { slug: 'shop', host } })
    expect((await find()).state).toBe('failed')
    await pebble.dns.clearServfail(host)

    await waitFor(async () => (await certificateOf(host)) && (await find()).state === 'secured', {
      what: 'the certificate',
      timeoutMs: 120_000,
    })

    expect(await curl(host)).toContain('Hello from shop')
  })

  test('a renewal swaps the certificate under open connections and half-done handshakes', async () => {
    const before = await serialOf('shop.example.com')
    const kept = new Agent({ keepAlive: true, maxSockets: 1 })
    const first = await ask('shop.example.com', { agent: kept })
    const stop = new AbortController()
    const load = newConnections('shop.example.com', stop.signal)
    const renewal = terminal.run(['domains', 'renew', 'shop.example.com', '--app', 'shop'])

    const pages = await handshakesUntil(async () => (await serialOf('shop.example.com')) !== before)
    const { code, stderr } = await renewal
    stop.abort()
    const { failures, serials } = await load

    expect(code, stderr).toBe(0)
    for (const page of pages) expect(page).toContain('Hello from shop')
    expect(failures).toEqual([])
    expect(serials).toContain(before)
    expect(await ask('shop.example.com', { agent: kept })).toEqual({ ...first, isReused: true })
    kept.destroy()
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

  test('control plane and edge come back with the certificates that they had', async () => {
    const before = await serialOf('shop.example.com')
    await platform.kill()
    process.kill(Number(readFileSync(join(platform.home, 'run', 'edge.pid'), 'utf8').trim()), 'SIGKILL')

    await platform.startControlPlane()
    await waitFor(async () => (await serialOf('shop.example.com').catch(() => '')) !== '', {
      what: 'the edge',
      timeoutMs: 60_000,
    })

    expect(await serialOf('shop.example.com')).toBe(before)
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
    expect((await plain('own.example.com')).status).toBe(404)
    const listed = await terminal.run(['domains', '--json', '--app', 'shop'])
    expect(JSON.parse(listed.stdout).map(({ host }: { host: string }) => host)).not.toContain(
      'own.example.com',
    )
  })
})
