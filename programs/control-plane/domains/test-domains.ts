/** For tests: everything of the domains over a real store and a real authority, with a small edge that serves tables. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, createServer as createTlsServer } from 'node:tls'
import { createKeyRing, createMasterKey, silentLogger } from '@seaworthy/kit'
import { type PebbleOptions, PebbleServer, temporaryFolder } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { Events } from '../events/events.ts'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { UNLIMITED } from '../quotas/quota-limits.ts'
import { Quotas } from '../quotas/quotas.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, DomainRow } from '../store/schema.ts'
import { composeDomains, type DomainSettings } from './compose-domains.ts'
import type { DomainTableParts } from './domain-routes.ts'

export type TestDomains = Awaited<ReturnType<typeof testDomains>>

export interface TestDomainsOptions {
  store: Store
  pebble?: Partial<PebbleOptions>
  settings?: Partial<DomainSettings>
}

/** A clock that a test moves. */
export class TestClock {
  ms = Date.now()
  now = () => this.ms
  monotonicMs = () => this.ms
}

export async function testDomains({ store, pebble: pebbleOptions, settings }: TestDomainsOptions) {
  const clock = new TestClock()
  const edge = await TableEdge.start()
  const pebble = await PebbleServer.start({
    ...pebbleOptions,
    httpPort: edge.httpPort,
    tlsPort: edge.tlsPort,
  })
  const keyRing = createKeyRing({ keys: [{ ...createMasterKey(), id: 'one' }], primary: 'one' })
  const apps = new Apps({ store })
  const events = new Events({ store })
  const jobs = createJobLedger({ store, log: silentLogger })
  const defaults = { team: UNLIMITED, user: UNLIMITED }
  const quotas = new Quotas({
    store,
    defaults,
    meter: { usedToday: async () => 0, forgetLimits() {} } as never,
  })
  const directory = join(temporaryFolder().path, 'edge', 'certificates')
  const parts = composeDomains({
    store,
    keyRing,
    apps,
    events,
    jobs,
    quotas,
    secret: 'for claims',
    directory,
    publish: async () => edge.show(await parts.table.tableParts()),
    settings: {
      acme: { directoryUrl: pebble.directoryUrl, ca: pebble.ca },
      dnsServers: [pebble.dns.address],
      publicAddresses: ['127.0.0.1'],
      allowLocal: true,
      acmeHttpPort: edge.httpPort,
      baseDomain: 'apps.example.net',
      dashboardHost: 'panel.example.net',
      ports: { http: 80, https: 443 },
      ...settings,
    },
    clock,
    random: () => 0,
    log: silentLogger,
  })
  const signal = new AbortController().signal
  return {
    ...parts,
    clock,
    edge,
    pebble,
    keyRing,
    apps,
    events,
    jobs,
    directory,
    /** The job of a domain, as a worker would run it. */
    run: (row: Pick<DomainRow, 'id'>, force = false) =>
      parts.certificateJob.handle({ payload: { domainId: row.id, force }, signal }),
    app: (slug: string) => apps.create({ slug }),
    async claim(app: AppRow, host: string, more: Parameters<typeof parts.claims.add>[1] | object = {}) {
      return parts.claims.add(app, { host, ...more })
    },
  }
}

/** Answers as the edge does from a route table: challenges, and handshakes by certificates. */
export class TableEdge {
  readonly httpPort: number
  readonly tlsPort: number
  table: DomainTableParts = { byApp: new Map(), certificates: [], challenges: [] }

  private constructor(httpPort: number, tlsPort: number) {
    this.httpPort = httpPort
    this.tlsPort = tlsPort
  }

  static async start(): Promise<TableEdge> {
    const http = createServer((request, response) => {
      const host = String(request.headers.host).split(':')[0]!
      const token = request.url!.replace('/.well-known/acme-challenge/', '')
      const found = edge.table.challenges.find(
        challenge => challenge.type === 'http-01' && challenge.token === token && challenge.host === host,
      )
      const text = found?.type === 'http-01' ? found.keyAuthorization : undefined
      response.writeHead(text === undefined ? 404 : 200).end(text)
    })
    const tls = createTlsServer({
      ALPNProtocols: ['acme-tls/1', 'http/1.1'],
      SNICallback: (host, done) => {
        const challenge = edge.table.challenges.find(
          open => open.type === 'tls-alpn-01' && open.host === host,
        )
        const file = challenge?.type === 'tls-alpn-01' ? challenge.file : edge.fileOf(host)
        if (file === undefined) return done(new Error('unknown'))
        const pem = readFileSync(file)
        done(null, createSecureContext({ key: pem, cert: pem }))
      },
    })
    const edge = new TableEdge(await listen(http), await listen(tls as unknown as Server))
    return edge
  }

  show(table: DomainTableParts): void {
    this.table = table
  }

  fileOf(host: string): string | undefined {
    const named = (name: string) => this.table.certificates.find(({ hosts }) => hosts.includes(name))
    return (named(host) ?? named(`*${host.slice(host.indexOf('.'))}`))?.file
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}
