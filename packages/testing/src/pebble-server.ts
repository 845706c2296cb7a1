import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { DnsUnderTest, type DnsUnderTestOptions } from './dns-under-test.ts'
import { freePort } from './free-port.ts'
import { onFreePorts, PortTaken } from './on-free-ports.ts'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { testCertificate } from './test-certificate.ts'
import { waitFor } from './wait-for.ts'

export interface PebbleOptions extends DnsUnderTestOptions {
  /** Where it asks for answers to challenges. */
  httpPort: number
  tlsPort: number
  /** Fault modes and the like: `PEBBLE_WFE_NONCEREJECT`. */
  env?: Record<string, string>
  /** Seconds that a certificate lives. 90 days when missing. */
  validitySeconds?: number
  ocspUrl?: string
  /** Whom it asks instead of its own: `127.0.0.1:5353`. */
  dnsServer?: string
  /** By key id, base64url. Set: only accounts bound to one of them. */
  externalKeys?: Record<string, string>
  /** Names under these are refused. */
  blocked?: string[]
}

/** A certificate authority of Debian's package `pebble` with a DNS server that a test writes. */
export class PebbleServer {
  readonly directoryUrl: string
  /** PEM: what its own HTTPS is proved with. */
  readonly ca: string
  readonly dns: DnsUnderTest
  readonly #managementPort: number
  readonly #start: () => ChildProcess
  #child: ChildProcess | undefined

  private constructor(facts: {
    port: number
    managementPort: number
    ca: string
    dns: DnsUnderTest
    start: () => ChildProcess
  }) {
    this.directoryUrl = `https://127.0.0.1:${facts.port}/dir`
    this.ca = facts.ca
    this.dns = facts.dns
    this.#managementPort = facts.managementPort
    this.#start = facts.start
  }

  /** Ends with the test, or when `cleanup` says. Skip the test where `systemPart.missing('pebble')`. */
  static async start(
    options: PebbleOptions,
    cleanup: (end: () => Promise<void>) => void = onTestFinished,
  ): Promise<PebbleServer> {
    const dns = await DnsUnderTest.start(options, cleanup)
    return onFreePorts(() => PebbleServer.#tryStart(options, dns, cleanup))
  }

  static async #tryStart(
    options: PebbleOptions,
    dns: DnsUnderTest,
    cleanup: (end: () => Promise<void>) => void,
  ): Promise<PebbleServer> {
    const { path } = temporaryFolder()
    const { key, cert } = await testCertificate('DNS:localhost', 'IP:127.0.0.1')
    const [port, managementPort] = [await freePort(), await freePort()]
    const config = join(path, 'pebble.json')
    writeFileSync(join(path, 'key.pem'), key)
    writeFileSync(join(path, 'cert.pem'), cert)
    writeFileSync(config, JSON.stringify({ pebble: pebbleConfig(options, { path, port, managementPort }) }))
    const start = () =>
      spawn(
        findCommand('pebble')!,
        ['-config', config, '-dnsserver', options.dnsServer ?? dns.address, '-strict'],
        {
          env: { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '5', ...options.env },
          stdio: 'ignore',
        },
      )
    const pebble = new PebbleServer({ port, managementPort, ca: cert, dns, start })
    cleanup(() => pebble.stop())
    await pebble.begin()
    return pebble
  }

  async begin(): Promise<void> {
    const child = this.#start()
    this.#child = child
    await once(child, 'spawn')
    await waitFor(
      () =>
        child.exitCode !== null ||
        this.#ask('/roots/0').then(
          () => true,
          () => false,
        ),
      { what: 'Pebble to answer', timeoutMs: 30_000 },
    )
    if (child.exitCode !== null) throw new PortTaken()
  }

  /** As if the authority were gone. What it knew is forgotten. Idempotent. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** PEM of what its certificates are to be checked against. */
  root(): Promise<string> {
    return this.#ask('/roots/0')
  }

  intermediate(): Promise<string> {
    return this.#ask('/intermediates/0')
  }

  intermediateKey(): Promise<string> {
    return this.#ask('/intermediate-keys/0')
  }

  #ask(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: this.#managementPort,
        path,
        ca: this.ca,
        agent: false as const,
      }
      const asked = request(options, async answer => {
        const chunks: Buffer[] = []
        for await (const chunk of answer) chunks.push(chunk as Buffer)
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString())
        else reject(new Error(`Pebble answered ${answer.statusCode}`))
      })
      asked.on('error', reject).end()
    })
  }
}

function pebbleConfig(
  {
    httpPort,
    tlsPort,
    validitySeconds = 90 * 86_400,
    ocspUrl = '',
    externalKeys,
    blocked = [],
  }: PebbleOptions,
  { path, port, managementPort }: { path: string; port: number; managementPort: number },
): object {
  return {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: join(path, 'cert.pem'),
    privateKey: join(path, 'key.pem'),
    httpPort,
    tlsPort,
    ocspResponderURL: ocspUrl,
    certificateValidityPeriod: validitySeconds,
    externalAccountBindingRequired: externalKeys !== undefined,
    ...(externalKeys && { externalAccountMACKeys: externalKeys }),
    domainBlocklist: blocked,
  }
}
