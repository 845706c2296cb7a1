/**
 * For tests: a real server over a real store, with small implementations of the ports that would run apps.
 * The whole control plane is tested in e2e.
 */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import type { DeploymentEvent, Receipt } from '@seaworthy/api'
import { type ApiClient, createClient } from '@seaworthy/api/client'
import { createArtifactStore } from '@seaworthy/artifacts'
import { AppError, createHealth, createKeyRing, createMasterKey, silentLogger } from '@seaworthy/kit'
import { createMetrics } from '@seaworthy/kit/metrics'
import { memoryStore, type RateLimitStore } from '@seaworthy/kit/rate-limit'
import { createSourceStore } from '@seaworthy/source'
import { createBuildLog, createFileLogStore } from '@seaworthy/telemetry'
import { temporaryFolder } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import { AccessReader } from '../access/access-reader.ts'
import { AccessReport } from '../access/access-report.ts'
import { ActorFinder } from '../access/actor-finder.ts'
import { Accounts } from '../accounts/accounts.ts'
import { createFactors } from '../accounts/factors.ts'
import type { SecondFactorRule } from '../accounts/second-factor-rule.ts'
import { quickPasswords, TestMailer } from '../accounts/test-accounts.ts'
import { composeAppJobs } from '../app-jobs/compose-app-jobs.ts'
import { Apps } from '../apps/apps.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { AuditReader } from '../audit/audit-reader.ts'
import { AuditVerifier } from '../audit/audit-verifier.ts'
import { Builds } from '../builds/builds.ts'
import { BuildGovernor } from '../builds/governor/build-governor.ts'
import { settings } from '../config.ts'
import { type ApprovalSurroundings, composeApprovals } from '../deployments/approvals/compose-approvals.ts'
import { Canaries } from '../deployments/canaries.ts'
import { DeploymentRecords } from '../deployments/deployment-records.ts'
import { DiskLedger } from '../disk/disk-ledger.ts'
import { DiskRoom } from '../disk/disk-room.ts'
import { DiskSamples } from '../disk/disk-samples.ts'
import { composeDomains, type DomainSettings } from '../domains/compose-domains.ts'
import { EnvVars } from '../env/env-vars.ts'
import { SecretReaders } from '../env/secret-readers.ts'
import { SharedEnv } from '../env/shared-env.ts'
import { Events } from '../events/events.ts'
import { ExecCommands, type ExecCommandsOptions } from '../exec/exec-commands.ts'
import { ExecLimits } from '../exec/exec-limits.ts'
import { Registries } from '../images/registries.ts'
import { AppLocks } from '../instances/app-locks.ts'
import { createJobLedger } from '../jobs/job-ledger.ts'
import { composeLimits } from '../limits/compose-limits.ts'
import type { NewMail } from '../mail/mail-kinds.ts'
import { PersonExports } from '../people/person-export.ts'
import { PersonRemoval } from '../people/person-removal.ts'
import { PlatformPeople } from '../people/platform-people.ts'
import { settingsReport } from '../platform/settings-report.ts'
import { StatusDetailsReader } from '../platform/status-details.ts'
import { ApiRequestMeter } from '../quotas/api-request-meter.ts'
import { UNLIMITED } from '../quotas/quota-limits.ts'
import { Quotas } from '../quotas/quotas.ts'
import { Releases } from '../releases/releases.ts'
import { RequestFigures } from '../request-figures/request-figures.ts'
import { ResourceFigures } from '../request-figures/resource-figures.ts'
import { LiveRequests } from '../requests/live-requests.ts'
import { RequestSearch } from '../requests/request-search.ts'
import { KeyRotation } from '../secrets/key-rotation.ts'
import { SourceRecords } from '../sources/source-records.ts'
import { systemClock } from '../store/clock.ts'
import { openDatabase, type Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { AppRow, DeploymentRow, InstanceRow } from '../store/schema.ts'
import { putMigratedSqlite } from '../store/sqlite-template.ts'
import { Grants } from '../teams/grants.ts'
import { Invitations } from '../teams/invitations.ts'
import { Members } from '../teams/members.ts'
import { Teams } from '../teams/teams.ts'
import { Timeline } from '../timeline/timeline.ts'
import { TokenAuthentication } from '../tokens/token-authentication.ts'
import { Tokens } from '../tokens/tokens.ts'
import { AppTraffic } from '../traffic/app-traffic.ts'
import { Observations } from '../visits/observations.ts'
import { VisitRecords } from '../visits/visit-records.ts'
import { VolumeRemoval } from '../volumes/volume-removal.ts'
import { VolumeTrash } from '../volumes/volume-trash.ts'
import { Volumes } from '../volumes/volumes.ts'
import { allRoutes } from './all-routes.ts'
import { createHttpServer } from './http-server.ts'
import { createIdentify } from './identify.ts'
import type { Deployments, Instances, RunOutput } from './ports.ts'
import type { RateLimitSettings } from './rate-limit-rules.ts'
import { databaseRateLimitStore } from './rate-limit-stores.ts'
import { createFindResource } from './request-resource.ts'

export const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery', name: 'Ada' }
export const UPLOAD_LIMIT_BYTES = 1_000_000

export type TestControlPlane = Awaited<ReturnType<typeof startTestControlPlane>>

/** When to clean up: after the test, or `afterFile` for a server that a whole file shares. */
type Cleanup = (stop: () => Promise<void>) => void

export async function startTestControlPlane({
  heartbeatMs = 15_000,
  port = 0,
  cleanup = onTestFinished,
  rateLimits,
  rateLimitStore = memoryStore(),
  trustedProxies = [],
  factorRule = 'none',
  databaseUrl,
}: {
  heartbeatMs?: number
  port?: number
  cleanup?: Cleanup
  /** None that a test could reach unless told. */
  rateLimits?: Partial<RateLimitSettings>
  rateLimitStore?: RateLimitStore
  trustedProxies?: string[]
  /** Of whom a second factor is demanded. */
  factorRule?: SecondFactorRule
  /** PostgreSQL; SQLite unless told. */
  databaseUrl?: string
} = {}) {
  const folder = temporaryFolder()
  const log = silentLogger
  const file = join(folder.path, 'seaworthy.db')
  if (databaseUrl === undefined) await putMigratedSqlite(file)
  const store = await openDatabase({ ...(databaseUrl === undefined ? { file } : { url: databaseUrl }), log })
  const logs = createFileLogStore({
    directory: join(folder.path, 'logs'),
    log,
    retention: { maxBytesPerApp: 1e9, maxAgeDays: 1 },
  })
  const parts = createParts(store, folder.path, { rule: factorRule, port })
  const health = createHealth({ log })
  const socketPath = join(folder.path, 'run', 'control-plane.sock')
  const server = await createHttpServer({
    host: '127.0.0.1',
    port,
    socketPath,
    domains: ['panel.example.org'],
    version: '0.0.0-test',
    identify: createIdentify({
      sessions: parts.accounts,
      accessTokens: parts.factors.apiSessions,
      factorRule,
      apiTokens: parts.apiTokens,
      access: new AccessReader({ store }),
    }),
    actors: parts.actors,
    findResource: createFindResource({ apps: parts.apps, store }),
    requireFresh: call => parts.factors.fresh.require(call),
    audit: parts.audit,
    rateLimits: { store: rateLimitStore, settings: { ...NO_LIMITS, ...rateLimits } },
    apiRequests: parts.meter,
    trustedProxies,
    csrfSecret: 'c'.repeat(32),
    implementations: allRoutes({ ...parts, store, logs, uploadLimitBytes: UPLOAD_LIMIT_BYTES }),
    health,
    metrics: createMetrics(),
    dashboardDirectory: new URL('../../dashboard/dist', import.meta.url).pathname,
    log,
    heartbeatMs,
    stopDeadlineMs: 2_000,
    checkAnswers: true,
  })
  const local = createClient({ socketPath })
  cleanup(async () => {
    local.close()
    await server.stop()
    await parts.accounts.close()
    await parts.meter.close()
    await logs.close()
    await store.close()
  })
  await server.start()
  health.setPhase('running')
  return {
    ...parts,
    folder: folder.path,
    store,
    logs,
    server,
    url: server.url,
    socketPath,
    local,
    askLocally: askOver(socketPath),
  }
}

function createParts(store: Store, folder: string, { rule, port }: { rule: SecondFactorRule; port: number }) {
  const log = silentLogger
  const baseUrl = `http://localhost:${port || 4400}`
  const key = createMasterKey()
  const keyRing = createKeyRing({ keys: [key], primary: key.id })
  const jobs = createJobLedger({ store, log })
  const envVars = new EnvVars({ store, keyRing })
  const mails = new TestMailer()
  const passwords = quickPasswords()
  const accounts = new Accounts({
    ...{ store, baseUrl, mailer: mails, log },
    secret: 's'.repeat(40),
    passwords,
    counts: databaseRateLimitStore(store),
  })
  const exports = join(folder, 'exports')
  const personExports = new PersonExports({ store, jobs, directory: exports, dashboardUrl: baseUrl, log })
  const audit = new AuditLog({ store, keyRing })
  const factors = createFactors({
    ...{ store, keyRing, accounts, passwords, audit, rule, log },
    mailer: mails,
    counts: databaseRateLimitStore(store),
    secret: 's'.repeat(40),
    dashboardUrl: baseUrl,
  })
  const events = new Events({ store })
  const apps = new Apps({ store })
  const deployments = new TestDeployments(store)
  const defaults = { team: UNLIMITED, user: UNLIMITED }
  const meter = new ApiRequestMeter({ store, defaults, log })
  const quotas = new Quotas({ store, defaults, meter })
  const domains = composeDomains({
    ...{ store, keyRing, apps, events, jobs, quotas, log },
    secret: 's'.repeat(40),
    directory: join(folder, 'certificates'),
    publish: async () => {},
    settings: NO_DNS,
  })
  const access = new AccessReader({ store })
  const members = new Members({ store, access })
  const accessReport = new AccessReport({ store, access })
  const actors = new ActorFinder({ store, access, sessions: accounts.sessions })
  const power = {
    stop: ({ app }: { app: AppRow }) => apps.setState(app.id, 'stopped'),
    start: ({ app }: { app: AppRow }) => apps.setState(app.id, 'active'),
  }
  const removal = {
    remove: async ({ app }: { app: AppRow }) => void (await apps.moveToTrash(app.id)),
    restore: ({ appId }: { appId: string }) => apps.restore(appId),
    empty: async ({ appId }: { appId: string }) => apps.endTrashTime((await apps.getById(appId))!),
  }
  const appJobs = composeAppJobs({
    ...{
      store,
      apps,
      power,
      removal,
      actors,
      audit,
      deployments,
      quotas,
      jobs,
      keyRing,
      log,
      events,
      envVars,
    },
    ...{ appTraffic: new AppTraffic({ store }), observations: new Observations({ store }) },
    ...{ releases: new Releases({ store }), builds: new Builds({ store }) },
    sourceRecords: new SourceRecords({ store }),
    sources: createSourceStore({ directory: join(folder, 'sources'), log }),
    diskRoom: diskParts(store, folder).diskRoom,
    appLimits: limitParts(store, quotas).appLimits,
    directory: join(folder, 'app-exports'),
  })
  return {
    actors,
    teams: new Teams({ store }),
    members,
    invitations: new Invitations({ store, members, accounts, mailer: mails, dashboardUrl: baseUrl }),
    grants: new Grants({ store }),
    accessReport,
    secretReaders: new SecretReaders({ store, envVars, accessReport }),
    audit,
    auditReader: new AuditReader({ store }),
    auditVerifier: new AuditVerifier({ store, keyRing }),
    tokens: new Tokens({ store }),
    apiTokens: new TokenAuthentication({ store, log }),
    accounts,
    factors,
    mails,
    dashboardUrl: baseUrl,
    apps,
    appUrl: (slug: string) => `http://${slug}.localhost:8080/`,
    ...sightParts(store, folder),
    power,
    removal,
    builds: new Builds({ store }),
    buildLogs: createBuildLog({ directory: join(folder, 'build-logs') }),
    releases: new Releases({ store }),
    envVars,
    sharedEnv: new SharedEnv({ store, keyRing }),
    registries: new Registries({ store, keyRing }),
    artifacts: createArtifactStore({ directory: join(folder, 'artifacts'), log }),
    ...volumeParts(store, folder),
    events,
    jobs,
    keyRotation: new KeyRotation({ store, keyRing, path: join(folder, 'keys', 'master.json'), jobs, log }),
    deployments,
    appTraffic: new AppTraffic({ store }),
    ...limitParts(store, quotas),
    ...appJobs.routeParts,
    appJobHandlers: appJobs.jobHandlers,
    ...approvalParts(store, { jobs, events, envVars }),
    canaries: new Canaries({ store, records: new DeploymentRecords({ store }), jobs, deadlineMs: 1000 }),
    publisher: { publish: async () => {} },
    purgeCache: async () => ({ purged: 0 }),
    edgePort: 8080,
    meter,
    quotas,
    ...domains.routeParts,
    instances: new TestInstances(),
    execCommands: new ExecCommands({ manager: NO_INSTANCES, releases: new Releases({ store }), log }),
    ...diskParts(store, folder),
    execLimits: new ExecLimits({ perPerson: 5, perApp: 10 }),
    execIdleMs: 60_000,
    log,
    status: { status: async () => STATUS },
    statusDetails: new StatusDetailsReader({
      ...{ store, mayUseDocker: false, room: new DiskRoom({ home: folder, reclaimableBytes: () => 0 }) },
      docker: { wasUsed: () => false, engine: () => Promise.reject(new Error('no engine')) },
      builds: () => new BuildGovernor({ slots: 2, reservedBytes: 0, log }).view(),
    }),
    settings: settingsReport(settings, { config: {}, env: {} }),
    mailer: { sendNow: (mail: NewMail) => mails.send(mail) },
    mailTarget: STATUS.mail,
    people: new PlatformPeople({ store }),
    personExports,
    personRemoval: new PersonRemoval({
      ...{ store, jobs, mailer: mails, log },
      exportFile: id => personExports.fileOf(id),
    }),
  }
}

function approvalParts(store: Store, parts: Pick<ApprovalSurroundings, 'jobs' | 'events' | 'envVars'>) {
  const { routeParts } = composeApprovals({
    ...{ store, records: new DeploymentRecords({ store }), builds: new Builds({ store }) },
    ...{ releases: new Releases({ store }), sources: { open: async () => undefined }, deadlineMs: 1000 },
    ...parts,
  })
  return routeParts
}

function diskParts(store: Store, home: string) {
  const diskRoom = new DiskRoom({ home, reclaimableBytes: () => 0 })
  const disk = new DiskLedger({
    ...{ home, store, events: new Events({ store }), clock: systemClock, log: silentLogger },
    samples: new DiskSamples({ store }),
    room: diskRoom,
    referencedArtifacts: async () => [],
    referencedSources: async () => [],
    leftovers: { list: async () => [] },
    pulledImages: { list: async () => [] },
    docker: { wasUsed: () => false, engine: () => Promise.reject(new Error('no engine')) },
  })
  return { disk, diskRoom, sweep: async () => undefined }
}

/** Nothing runs here. */
/** Limits of apps of which nothing runs. */
function limitParts(store: Store, quotas: Quotas) {
  const logs = { query: async () => [] }
  const { routeParts } = composeLimits({ store, quotas, logs, platform: { memoryMb: 512 } })
  const manager = { live: () => [], sample: nothingRuns, examine: nothingRuns }
  return { ...routeParts, manager, enforced: new Set<never>(), shortcomings: [] }
}

function nothingRuns(): never {
  throw new Error('Nothing runs here.')
}

const NO_INSTANCES: ExecCommandsOptions['manager'] = {
  live: () => [],
  get: () => undefined,
  start: () => Promise.reject(new Error('nothing runs here')),
  stop: () => Promise.resolve(),
  attach: () => Promise.reject(new Error('nothing runs here')),
}

/** Domains of a server that asks nobody: its resolver refuses at once. */
const NO_DNS: DomainSettings = {
  acme: undefined,
  dnsServers: ['127.0.0.1:1'],
  publicAddresses: ['203.0.113.5'],
  allowLocal: false,
  acmeHttpPort: 80,
  baseDomain: 'localhost',
  dashboardHost: 'localhost',
  ports: { http: 8080, https: 8443 },
}

/** There is no edge, so that nothing is told live. */
function sightParts(store: Store, folder: string) {
  return {
    requestSearch: new RequestSearch({ directory: join(folder, 'requests') }),
    liveRequests: new LiveRequests({ socketPath: join(folder, 'run', 'edge.sock'), log: silentLogger }),
    requestFigures: new RequestFigures({ store }),
    resourceFigures: new ResourceFigures({ store }),
    usage: () => new Map(),
    visitRecords: new VisitRecords({ store }),
    observations: new Observations({ store }),
    publishRoutes: async () => undefined,
    timeline: new Timeline({ store }),
  }
}

function volumeParts(store: Store, folder: string) {
  const directory = join(folder, 'volumes')
  const volumes = new Volumes({ directory, releases: new Releases({ store }) })
  const volumeTrash = new VolumeTrash({ store, directory, keptDays: 7, maxBytes: 1e9 })
  const volumeRemoval = new VolumeRemoval({
    ...{ store, volumes, trash: volumeTrash, locks: new AppLocks(), log: silentLogger },
    ...{ records: new DeploymentRecords({ store }), events: new Events({ store }) },
  })
  return { volumes, volumeTrash, volumeRemoval }
}

const NO_LIMITS: RateLimitSettings = {
  anonymousRequestsPerMinute: 1e9,
  requestsPerMinute: 1e9,
  uploadsPerMinute: 1e9,
  invitationsPerHour: 1e9,
}

const STATUS = {
  version: '0.0.0-test',
  startedAt: '2026-01-01T00:00:00.000Z',
  uptimeMs: 1,
  runtime: { kind: 'process', sandbox: { users: true } },
  edge: { state: 'running' as const, pid: 1, tableVersion: 1 },
  database: { kind: 'sqlite' as const },
  mail: { kind: 'file' as const, to: '/home/mail.log', from: null },
  counts: { apps: 0, instances: 0, jobsQueued: 0, jobsRunning: 0 },
  urls: { dashboard: 'http://localhost:4400/', edge: 'http://localhost:8080/' },
  home: '/home',
}

/** Writes rows, reads archives to their end, and tells the events that a test gives it. */
export class TestDeployments implements Deployments {
  /** Bytes of each archive that arrived whole. */
  readonly archives: number[] = []
  /** Set by an archive that did not arrive whole. */
  lastUploadError: unknown
  readonly calls: string[] = []
  /** What `follow` tells; it then waits for more until a test says `end`. */
  readonly script = new EventScript()
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async deployArchive({ app, stream, actor, scheduledAt }: Parameters<Deployments['deployArchive']>[0]) {
    let bytes = 0
    try {
      for await (const chunk of stream) bytes += chunk.byteLength
    } catch (error) {
      this.lastUploadError = error
      throw error
    }
    this.archives.push(bytes)
    return this.add(app, { created_by: actor, scheduled_at: scheduledAt ?? null })
  }

  async deployGit({ app, origin, actor, scheduledAt }: Parameters<Deployments['deployGit']>[0]) {
    this.calls.push(`git ${origin.url} ${origin.ref ?? ''}`)
    return this.add(app, { created_by: actor, scheduled_at: scheduledAt ?? null })
  }

  async deployTree({ app, source }: { app: AppRow; source: { digest: string } }) {
    this.calls.push(`tree ${source.digest}`)
    return this.add(app)
  }

  async deployRelease({ app, release }: { app: AppRow; release: { id: string } }) {
    return this.add(app, { release_id: release.id })
  }

  async deployImage({ app, image }: Parameters<Deployments['deployImage']>[0]) {
    this.calls.push(`image ${image.reference}`)
    return this.add(app)
  }

  async pullLatest({ app }: { app: AppRow }) {
    this.calls.push('pull')
    return this.add(app)
  }

  async rebuild({ app }: { app: AppRow }) {
    this.calls.push('rebuild')
    return this.add(app)
  }

  async rollback({ app, release, env }: Parameters<Deployments['rollback']>[0]) {
    this.calls.push(`rollback ${release ?? 'previous'} ${env}`)
    return this.add(app, { reason: 'rollback' })
  }

  async redeploy({ app, reason }: Parameters<Deployments['redeploy']>[0]) {
    return app.current_release_id === null ? undefined : this.add(app, { reason })
  }

  async cancel({ app, number }: { app: AppRow; number: number }) {
    const row = (await this.get(app.id, number))!
    if (row.state !== 'queued') throw new AppError('deployment_not_cancellable', 'Too late.', { status: 409 })
    await this.#store.db
      .updateTable('deployments')
      .set({ state: 'cancelled' })
      .where('id', '=', row.id)
      .execute()
    return (await this.get(app.id, number))!
  }

  get(appId: string, number: number): Promise<DeploymentRow | undefined> {
    const own = this.#store.db.selectFrom('deployments').selectAll().where('app_id', '=', appId)
    return own.where('number', '=', number).executeTakeFirst()
  }

  async list(appId: string, { page, limit, order }: { page: number; limit: number; order: 'asc' | 'desc' }) {
    const own = this.#store.db.selectFrom('deployments').selectAll().where('app_id', '=', appId)
    const all = await own.orderBy('number', order).execute()
    return { items: all.slice((page - 1) * limit, page * limit), total: all.length }
  }

  follow(_deploymentId: string, signal: AbortSignal): AsyncIterable<DeploymentEvent> {
    return this.script.tell(signal)
  }

  /** Adds a row as a deployment would. */
  async add(app: AppRow, fields: Partial<DeploymentRow> = {}): Promise<DeploymentRow> {
    const { total } = await this.list(app.id, { page: 1, limit: 1, order: 'asc' })
    const row = {
      ...EMPTY,
      id: newId('dep'),
      app_id: app.id,
      number: total + 1,
      created_at: Date.now(),
      ...fields,
    }
    await this.#store.db.insertInto('deployments').values(row).execute()
    return row
  }
}

const EMPTY: Omit<DeploymentRow, 'id' | 'app_id' | 'number' | 'created_at'> = {
  state: 'queued',
  reason: 'deploy',
  build_id: null,
  release_id: null,
  previous_release_id: null,
  job_id: null,
  scheduled_at: null,
  error_code: null,
  error_message: null,
  receipt_json: null,
  canary_json: null,
  created_by: 'test',
  started_at: null,
  switched_at: null,
  finished_at: null,
}

/** Events that a test adds one by one; each reader gets them from the start. */
export class EventScript {
  /** How many read at the moment: none must stay when their clients are gone. */
  readers = 0
  readonly #events: DeploymentEvent[] = []
  #news = Promise.withResolvers<void>()

  add(...events: DeploymentEvent[]): void {
    this.#events.push(...events)
    this.#news.resolve()
    this.#news = Promise.withResolvers<void>()
  }

  async *tell(signal: AbortSignal): AsyncIterable<DeploymentEvent> {
    this.readers += 1
    const aborted = new Promise<void>(resolve =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    try {
      for (let told = 0; !signal.aborted; ) {
        for (const event of this.#events.slice(told)) {
          told += 1
          yield event
          if (event.type === 'end') return
        }
        if (told === this.#events.length) await Promise.race([this.#news.promise, aborted])
      }
    } finally {
      this.readers -= 1
    }
  }
}

class TestInstances implements Instances {
  async list(): Promise<InstanceRow[]> {
    return []
  }

  async scale({ scale }: { scale: Record<string, number> }) {
    if ('mystery' in scale) throw new AppError('process_unknown', 'No process "mystery".', { status: 422 })
    return scale
  }

  async *run({ argv, signal }: { argv: string[]; signal: AbortSignal }): AsyncIterable<RunOutput> {
    if (argv[0] === 'broken')
      throw new AppError('instance_start_failed', 'Could not start broken.', { status: 422 })
    yield { type: 'log', stream: 'stdout', text: argv.join(' ') }
    if (!signal.aborted) yield { type: 'exit', code: 0 }
  }
}

export const RECEIPT: Receipt = {
  verdict: 'kept',
  reason: null,
  url: 'http://shop.localhost:8080/',
  release: 'v1',
  previousRelease: null,
  before: null,
  after: { requests: 10, failures: 0, p50Ms: 1, p95Ms: 2 },
  probes: { sent: 3, failed: 0 },
  timings: { build: 1200 },
  watchedMs: 5000,
}

/** A client with the session of an owner, over TCP. */
export async function signInOwner(
  { accounts, url }: TestControlPlane,
  cleanup: Cleanup = onTestFinished,
): Promise<{ client: ApiClient; token: string }> {
  await accounts.ensureOwner(OWNER)
  const { token } = await accounts.signIn({ ...OWNER, from: 'test' })
  const client = createClient({ baseUrl: url, token })
  cleanup(async () => client.close())
  return { client, token }
}

/** Like `fetch`, over the socket file. */
function askOver(socketPath: string) {
  return async (
    path: string,
    { body, ...init }: { method?: string; headers?: Record<string, string>; body?: string | undefined },
  ) => {
    const outgoing = request({ socketPath, path, agent: false, ...init }).end(body)
    // The rest of what was refused for its size cannot be written; an error before the answer rejects all the same.
    outgoing.on('error', () => {})
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const headers = new Headers(response.headers as Record<string, string>)
    return new Response(Buffer.concat(chunks), { status: response.statusCode!, headers })
  }
}
