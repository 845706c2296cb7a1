/** For tests: answers challenges on real ports, as the edge does. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSecureContext, createServer as createTlsServer } from 'node:tls'
import type { DnsUnderTest } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import { alpnCertificate } from '../certificate/key-and-csr.ts'
import type { ChallengeType } from './acme-objects.ts'
import { dnsProof } from './dns-proof.ts'
import type { ChallengePresenter, OpenChallenge } from './issue-certificate.ts'

export class TestPresenter implements ChallengePresenter {
  types: ChallengeType[] = ['http-01']
  readonly open = new Map<string, OpenChallenge>()
  /** Every challenge that was ever presented. */
  readonly presented: OpenChallenge[] = []
  readonly httpPort: number
  readonly tlsPort: number
  dns: DnsUnderTest | undefined

  private constructor(httpPort: number, tlsPort: number) {
    this.httpPort = httpPort
    this.tlsPort = tlsPort
  }

  static async start(): Promise<TestPresenter> {
    const http = createServer((request, response) => {
      const token = request.url!.split('/').at(-1)!
      const challenge = [...presenter.open.values()].find(open => open.token === token)
      response.writeHead(challenge ? 200 : 404).end(challenge?.keyAuthorization)
    })
    const tls = createTlsServer({
      ALPNProtocols: ['acme-tls/1'],
      SNICallback: async (host, done) => {
        const challenge = [...presenter.open.values()].find(open => open.host === host)
        if (!challenge) return done(new Error('unknown'))
        const pem = await alpnCertificate(host, challenge.keyAuthorization)
        done(null, createSecureContext({ key: pem, cert: pem }))
      },
    })
    const presenter = new TestPresenter(await listen(http), await listen(tls as unknown as Server))
    return presenter
  }

  async present(challenge: OpenChallenge): Promise<void> {
    this.open.set(challenge.token, challenge)
    this.presented.push(challenge)
    const { name, value } = dnsProof(challenge)
    if (challenge.type === 'dns-01') await this.dns!.setTxt(name, value)
  }

  async remove(challenge: OpenChallenge): Promise<void> {
    this.open.delete(challenge.token)
    if (challenge.type === 'dns-01') await this.dns!.clearTxt(dnsProof(challenge).name)
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}
