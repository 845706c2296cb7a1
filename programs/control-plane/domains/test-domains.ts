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
import { createJobWorker } from '../jobs/job-worker.ts'
import { UNLIMITED } from '../quotas/quota-limits.ts'
import { Quotas } from '../quotas/quotas.ts'
import { openDatabase, type Store } from '../store/database.ts'
import type { AppRow, DomainRow } from '../store/schema.ts'
import { migratedSqlite } from '../store/sqlite-template.ts'
import { composeDomains, type DomainSettings } from './compose-domains.ts'
import type { DomainTableParts } from './domain-routes.ts'
import { AuthorityFront } from './test-authority-front.ts'

export type TestDomains = Awaited<ReturnType<typeof testDomains>>

/** One domain to be claimed, of an app `shop`, with everything that is done for it. */
export async function testDomain(host: string, options: TestDomainOptions) {
  const all = await testDomains(options)
  const ownApp = await all.app('shop')
  const row = async () => (await all.domains.get(ownApp, host))!
  const eventTypes = async () => (await all.events.list({ appId: ownApp.id })).items.map(({ type }) => type)
  return { ...all, ownApp, row, eventTypes }
}

export interface TestDomainOptions {
  /** A new SQLite database when missing. */
  store?: Store
  pebble?: Partial<PebbleOptions>
  settings?: Partial<DomainSettings>
  /** Whether the authority is asked through something that can answer in its place. */
  withFront?: boolean
}

/** A clock that a test moves. */
export class TestClock {
  ms = Date.now()
  now = () => this.ms
  monotonicMs = () => this.ms
}

export async function testDomains({
  pebble: pebbleOptions,
  settings,
  withFront,
  ...options
}: TestDomainOptions) {
  const store = options.store ?? (await openSqlite())
  const clock = new TestClock()
  const edge = await TableEdge.start()
  const pebble = await PebbleServer.start({
    ...pebbleOptions,
    httpPort: edge.httpPort,
    tlsPort: edge.tlsPort,
  })
  const front = withFront ? await AuthorityFront.start(pebble) : undefined
  const { directoryUrl, ca } = front ?? pebble
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
  const surroundings = {
    store,
    keyRing,
    apps,
    events,
    jobs,
    quotas,
    secret: 'for claims',
    directory,
    settings: {
      acme: { directoryUrl, ca },
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
  }
  const compose = () => {
    const composed = composeDomains({
      ...surroundings,
      publish: async () => edge.show(await composed.table.tableParts()),
    })
    return composed
  }
  const parts = compose()
  const signal = new AbortController().signal
  return {
    ...parts,
    store,
    /** As if the control plane had been started once more, beside this one. */
    compose,
    clock,
    edge,
    pebble,
    front: front as AuthorityFront,
    keyRing,
    apps,
    events,
    jobs,
    directory,
    /** Runs jobs of the database from now on. */
    work: (composed = parts) => {
      const ledger = createJobLedger({ store, log: silentLogger })
      const worker = createJobWorker({
        ledger,
        handlers: composed.jobHandlers,
        log: silentLogger,
        pollMs: 50,
      })
      onTestFinished(() => worker.stop({ drainMs: 10_000 }))
      worker.start()
    },
    /** The job of a domain, as a worker would run it. */
    run: (row: Pick<DomainRow, 'id'>, force = false) =>
      parts.certificateJob.handle({ payload: { domainId: row.id, force }, signal }),
    app: (slug: string) => apps.create({ slug }),
    async claim(app: AppRow, host: string, more: Parameters<typeof parts.claims.add>[1] | object = {}) {
      return parts.claims.add(app, { host, ...more })
    },
  }
}

async function openSqlite(): Promise<Store> {
  const store = await openDatabase({ file: await migratedSqlite(), log: silentLogger })
  onTestFinished(() => store.close())
  return store
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
