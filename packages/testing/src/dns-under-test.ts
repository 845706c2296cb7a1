import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { freePort } from './free-port.ts'
import { onFreePorts, PortTaken } from './on-free-ports.ts'
import { findCommand } from './system-part.ts'
import { waitFor } from './wait-for.ts'

export interface DnsUnderTestOptions {
  /** What every name leads to that nothing was written for. 127.0.0.1 when missing; empty: nothing. */
  defaultAddress?: string
}

/** A DNS server that a test writes: `pebble-challtestsrv` of Debian's package `pebble`. */
export class DnsUnderTest {
  /** `127.0.0.1:5353` */
  readonly address: string
  readonly #managementUrl: string

  private constructor(address: string, managementUrl: string) {
    this.address = address
    this.#managementUrl = managementUrl
  }

  static async start(
    { defaultAddress = '127.0.0.1' }: DnsUnderTestOptions = {},
    cleanup: (end: () => Promise<void>) => void = onTestFinished,
  ): Promise<DnsUnderTest> {
    return onFreePorts(() => DnsUnderTest.#tryStart(defaultAddress, cleanup))
  }

  static async #tryStart(
    defaultAddress: string,
    cleanup: (end: () => Promise<void>) => void,
  ): Promise<DnsUnderTest> {
    const [port, managementPort] = [await freePort(), await freePort()]
    const address = `127.0.0.1:${port}`
    const settings = {
      dns01: address,
      management: `127.0.0.1:${managementPort}`,
      defaultIPv4: defaultAddress,
      defaultIPv6: '',
      http01: '',
      https01: '',
      tlsalpn01: '',
    }
    const args = Object.entries(settings).flatMap(([name, value]) => [`-${name}`, value])
    const child = spawn(findCommand('pebble-challtestsrv')!, args, { stdio: 'ignore' })
    cleanup(async () => {
      const gone = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGKILL')) await gone
    })
    await once(child, 'spawn')
    const dns = new DnsUnderTest(address, `http://127.0.0.1:${managementPort}`)
    await waitFor(
      () =>
        child.exitCode !== null ||
        dns.setTxt('up.example', 'up').then(
          () => true,
          () => false,
        ),
      { what: 'the DNS server to answer', timeoutMs: 30_000 },
    )
    if (child.exitCode !== null) throw new PortTaken()
    return dns
  }

  /** Instead of the default; none: the name leads nowhere. */
  setAddresses(host: string, ...addresses: string[]): Promise<void> {
    return this.#tell('/add-a', { host: `${host}.`, addresses })
  }

  setCname(host: string, target: string): Promise<void> {
    return this.#tell('/set-cname', { host: `${host}.`, target: `${target}.` })
  }

  setCaa(host: string, ...policies: { tag: string; value: string }[]): Promise<void> {
    return this.#tell('/add-caa', { host: `${host}.`, policies })
  }

  setTxt(host: string, value: string): Promise<void> {
    return this.#tell('/set-txt', { host: `${host}.`, value })
  }

  clearTxt(host: string): Promise<void> {
    return this.#tell('/clear-txt', { host: `${host}.` })
  }

  /** Its server is broken. */
  setServfail(host: string): Promise<void> {
    return this.#tell('/set-servfail', { host: `${host}.` })
  }

  clearServfail(host: string): Promise<void> {
    return this.#tell('/clear-servfail', { host: `${host}.` })
  }

  async #tell(path: string, body: object): Promise<void> {
    const answer = await fetch(`${this.#managementUrl}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`The DNS server answered ${answer.status} to ${path}`)
  }
}
