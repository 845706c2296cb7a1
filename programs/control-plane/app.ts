/** The composition root: every `new` of the control plane, in dependency order. */
import { fileURLToPath } from 'node:url'
import { createArtifactStore } from '@seaworthy/artifacts'
import { createToolchains } from '@seaworthy/builder'
import { createHealth, createLifecycle, createLogger, type Lifecycle, type Logger } from '@seaworthy/kit'
import { createMetrics } from '@seaworthy/kit/metrics'
import { nextRestart } from '@seaworthy/runtime'
import { appShortcomings, shortcomings } from '@seaworthy/sandbox'
import { createSourceStore } from '@seaworthy/source'
import { createBuildLog, createFileLogStore } from '@seaworthy/telemetry'
import { makeFirstOwner } from './accounts/first-owner.ts'
import { setupLink } from './accounts/link-urls.ts'
import { composeAppJobs } from './app-jobs/compose-app-jobs.ts'
import { AppPower } from './apps/app-power.ts'
import { AppRemoval } from './apps/app-removal.ts'
import { Apps } from './apps/apps.ts'
import { Builds } from './builds/builds.ts'
import { readMachine } from './builds/governor/machine-facts.ts'
import { openBuilder } from './builds/open-builder.ts'
import { type ControlPlaneConfig, settings } from './config.ts'
import { composeDeployments } from './deployments/compose-deployments.ts'
import { DeploymentRecords } from './deployments/deployment-records.ts'
import { isUnderWay } from './deployments/deployment-state.ts'
import { BuildLeftovers } from './disk/build-leftovers.ts'
import { DiskGuard } from './disk/disk-guard.ts'
import { DiskLedger } from './disk/disk-ledger.ts'
import { DiskRoom } from './disk/disk-room.ts'
import { DiskSamples } from './disk/disk-samples.ts'
import { DiskSchedule } from './disk/disk-schedule.ts'
import { PulledImages } from './disk/pulled-images.ts'
import { composeDomains } from './domains/compose-domains.ts'
import { readDomainSettings } from './domains/read-domain-settings.ts'
import { EdgeClient } from './edge/edge-client.ts'
import { EdgeProcess } from './edge/edge-process.ts'
import { edgeSettings } from './edge/edge-settings.ts'
import { EnvVars } from './env/env-vars.ts'
import { SharedEnv } from './env/shared-env.ts'
import { Events } from './events/events.ts'
import { ExecCommands } from './exec/exec-commands.ts'
import { ExecLimits } from './exec/exec-limits.ts'
import { allRoutes } from './http/all-routes.ts'
import { createHttpServer } from './http/http-server.ts'
import { openRequestCounts } from './http/rate-limit-stores.ts'
import { createFindResource } from './http/request-resource.ts'
import { AppInstances } from './instances/app-instances.ts'
import { AppLocks } from './instances/app-locks.ts'
import { AppReconciler } from './instances/app-reconciler.ts'
import { InstanceManager } from './instances/instance-manager.ts'
import { InstanceRecords } from './instances/instance-records.ts'
import { InstanceStarter } from './instances/instance-starter.ts'
import { InternalCalls } from './instances/internal-calls.ts'
import { Sleeper } from './instances/sleeper.ts'
import { createJobLedger } from './jobs/job-ledger.ts'
import { createJobWorker } from './jobs/job-worker.ts'
import { composeLimits, enforcedLimits } from './limits/compose-limits.ts'
import { InstanceWatch } from './limits/instance-watch.ts'
import { createMachineCpus } from './limits/machine-cpus.ts'
import { NeighbourWatch } from './limits/neighbour-watch.ts'
import { tellOverstays } from './limits/tell-overstays.ts'
import { composePeople } from './people/compose-people.ts'
import { Announcement } from './platform/announcement.ts'
import { openGround } from './platform/ground.ts'
import { type Parent, parentProcess } from './platform/parent-messages.ts'
import { PlatformStatus } from './platform/platform-status.ts'
import { settingsReport } from './platform/settings-report.ts'
import { StatusDetailsReader } from './platform/status-details.ts'
import { SweepSchedule } from './platform/sweep-schedule.ts'
import { Sweeper } from './platform/sweeper.ts'
import { Takeover } from './platform/takeover.ts'
import { ApiRequestMeter } from './quotas/api-request-meter.ts'
import { Quotas } from './quotas/quotas.ts'
import { Releases } from './releases/releases.ts'
import { composeSight, platformObservation } from './request-figures/compose-sight.ts'
import { RoutePublisher } from './routing/route-publisher.ts'
import { SourceRecords } from './sources/source-records.ts'
import { systemClock } from './store/clock.ts'
import { AppTraffic } from './traffic/app-traffic.ts'
import { answeringProcesses } from './traffic/effective-traffic.ts'
import { VERSION } from './version.ts'
import { Observations } from './visits/observations.ts'
import { VolumeFolders } from './volumes/volume-folders.ts'
import { VolumeRemoval } from './volumes/volume-removal.ts'
import { VolumeTrash } from './volumes/volume-trash.ts'
import { Volumes } from './volumes/volumes.ts'

const DASHBOARD = fileURLToPath(new URL('../dashboard/dist', import.meta.url))
const MB = 1_048_576
const WAKE_MS = 60_000

/** What a control plane within a test brings itself. */
export interface Surroundings {
  log?: Logger
  parent?: Parent
  restartPolicy?: typeof nextRestart
  /** Tells where the settings came from. */
  env?: NodeJS.ProcessEnv
}

/** Opens the home and puts everything together; nothing serves until the lifecycle starts. */
export async function createControlPlane(
  config: ControlPlaneConfig,
  {
    log = createLogger({ name: 'control-plane', level: config.logLevel }),
    parent = parentProcess,
    restartPolicy = nextRestart,
    env = process.env,
  }: Surroundings = {},
): Promise<Lifecycle> {
  const dashboardUrl = config.dashboardUrl ?? `http://localhost:${config.port}`
  const domainSettings = readDomainSettings(config, dashboardUrl)
  const ground = await openGround(config, log)
  const { folders, store, keyRing, sandbox, runtimes, images } = ground
  const host = {
    ...{ platform: process.platform, isRoot: process.getuid?.() === 0 },
    isPlain: config.sandbox === 'plain',
    tellsPressure: readMachine().pressure !== undefined,
  }
  const missingPowers = [...shortcomings(sandbox.powers, host), ...ground.userShortcomings]
  const requestCounts = await openRequestCounts({ store, redisUrl: config.redisUrl, log })
  const defaults = { team: config.teamQuotas, user: config.personQuotas }
  const apiRequests = new ApiRequestMeter({ store, defaults, log })
  const quotas = new Quotas({ store, defaults, meter: apiRequests })
  const edgeUrl = (slug: string) =>
    `http://${slug}.${config.baseDomain}${config.httpPort === 80 ? '' : `:${config.httpPort}`}`

  const sources = createSourceStore({
    directory: folders.sources,
    log,
    limits: { maxUnpackedBytes: config.maxSourceMb * MB },
    git: { allowLocal: config.gitAllowLocal },
  })
  const artifacts = createArtifactStore({ directory: folders.artifacts, log })
  const toolchains = createToolchains({ directory: folders.toolchains, log })
  const pulledImages = new PulledImages({ store })
  const builder = openBuilder({
    config,
    sandbox,
    toolchains,
    folders,
    docker: ground.docker,
    registries: ground.registries,
    pulledImages,
    log,
  })
  const logs = createFileLogStore({
    directory: folders.logs,
    log,
    retention: { maxBytesPerApp: config.logMaxMb * MB, maxAgeDays: config.logMaxDays },
  })
  const buildLogs = createBuildLog({ directory: folders.buildLogs, log })

  const apps = new Apps({ store, trashDays: config.trashDays })
  const events = new Events({ store })
  const envVars = new EnvVars({ store, keyRing })
  const sharedEnv = new SharedEnv({ store, keyRing })
  const releases = new Releases({ store })
  const builds = new Builds({ store })
  const sourceRecords = new SourceRecords({ store })
  const jobs = createJobLedger({ store, log })
  const people = composePeople({ config, ground, jobs, envVars, dashboardUrl, log })
  const { accounts, factors, audit, actors, personExports, mailDelivery, expiryWarnings } = people
  await makeFirstOwner(accounts, config).catch(async error => {
    requestCounts.close()
    await ground.close()
    throw error
  })

  const edgeProcess = new EdgeProcess({
    home: config.home,
    httpPort: config.httpPort,
    httpsPort: config.httpsPort,
    version: VERSION,
    env: edgeSettings(config),
    log,
  })
  const edge = new EdgeClient({ socketPath: edgeProcess.socketPath, log })

  const deploymentRecords = new DeploymentRecords({ store })
  const appTraffic = new AppTraffic({ store })
  const locks = new AppLocks()
  const instanceRecords = new InstanceRecords({ store })
  const limits = composeLimits({ store, quotas, logs, platform: config.instanceLimits })
  const volumeTrash = new VolumeTrash({
    ...{ store, directory: folders.volumes, keptDays: config.trashDays },
    maxBytes: config.trashMaxMb * 1024 ** 2,
  })
  const manager = new InstanceManager({
    records: instanceRecords,
    runtimes,
    builder,
    artifacts,
    envVars,
    needsPort: async (app, settings, process) =>
      answeringProcesses(await appTraffic.effective(app, settings)).includes(process),
    limits: limits.appLimits,
    logs,
    internalCalls: new InternalCalls({ traffic: appTraffic, edge }),
    outputDirectory: folders.spool,
    volumesDirectory: folders.volumes,
    volumeTrash,
    log,
  })
  const starter = new InstanceStarter({ manager, edge, log })
  const domains = composeDomains({
    store,
    keyRing,
    apps,
    events,
    jobs,
    quotas,
    secret: ground.sessionSecret,
    directory: folders.certificates,
    publish: () => publisher.publish(),
    settings: domainSettings,
    log,
  })
  const observations = new Observations({ store, platform: platformObservation(config) })
  const publisher = new RoutePublisher({
    observations,
    domains: domains.table,
    store,
    artifacts,
    edge,
    manager,
    settings: {
      baseDomain: config.baseDomain,
      timeouts: { responseMs: 60_000, idleMs: 300_000, wakeMs: WAKE_MS },
    },
    onRefused: ({ appId, pathPrefix, reason }) => {
      log.error({ app: appId, path: pathPrefix, reason }, 'a route is not valid and answers 503')
      events
        .append({ appId, type: 'route:refused', data: { path: pathPrefix, reason } })
        .catch(error => log.error({ err: error }, 'could not record a refused route'))
    },
    isStoppedAfterCrashes: appId => reconciler.stoppedReason(appId) !== undefined,
    ...(sandbox.powers.users ? { userIdOf: (number: number) => sandbox.userIdOf(number) } : {}),
  })
  const reconciler = new AppReconciler({
    apps,
    releases,
    manager,
    starter,
    locks,
    publisher,
    events,
    ends: limits.endReports,
    canariesOf: appId => deploymentRecords.listCanaries(appId),
    restartPolicy,
    log,
  })

  const diskRoom: DiskRoom = new DiskRoom({
    home: config.home,
    reclaimableBytes: () => disk.reclaimableBytes,
  })
  const deploying = composeDeployments({
    config,
    ground,
    records: deploymentRecords,
    ...{ apps, releases, envVars, events, sources, sourceRecords, builds, builder, buildLogs, artifacts },
    ...{ jobs, quotas, diskRoom, audit, actors, logs, edge, appTraffic, locks },
    ...{ manager, starter, instanceRecords, publisher, reconciler },
    urlOf: edgeUrl,
    log,
  })
  const { deployments, governor, canaries, canaryWatch, pipeline, orphanedDeployments } = deploying
  const instances = new AppInstances({
    apps,
    releases,
    manager,
    records: instanceRecords,
    reconciler,
    logs,
    events,
    quotas,
  })
  const removal = new AppRemoval({
    apps,
    deployments,
    deploymentRecords,
    manager,
    releases,
    reconciler,
    locks,
    publisher,
    logs,
    events,
    quotas,
    jobs,
    log,
  })
  const power = new AppPower({
    ...{ apps, deployments, deploymentRecords, releases, envVars, manager, reconciler, locks, publisher },
    ...{ events, quotas, log },
  })
  const metrics = createMetrics()
  const sight = composeSight({
    store,
    edge,
    edgeSocket: edgeProcess.socketPath,
    home: config.home,
    manager,
    releases,
    metrics,
    observations,
    publish: () => publisher.publish(),
    lookEveryMs: config.figuresLookSeconds * 1000,
    log,
  })
  tellOverstays({ manager, events, log })
  const instanceWatch = new InstanceWatch({
    manager,
    reconciler,
    limits: limits.appLimits,
    releases,
    events,
    usage: sight.routeParts.usage,
    home: config.home,
    log,
  })
  const neighbourWatch = new NeighbourWatch({ manager, cpus: createMachineCpus(), events, log })
  const sleeper = new Sleeper({
    apps,
    releases,
    manager,
    starter,
    reconciler,
    locks,
    publisher,
    edge,
    events,
    defaultMinutes: config.sleepAfterMinutes,
    lookEveryMs: config.sleepLookSeconds * 1000,
    isDeploying: async appId =>
      (await deploymentRecords.listUnfinished(appId)).some(row => isUnderWay(row, Date.now())),
    log,
  })
  const volumes = new Volumes({ directory: folders.volumes, releases })
  const volumeRemoval = new VolumeRemoval({
    ...{ store, volumes, locks, events, log },
    trash: volumeTrash,
    records: deploymentRecords,
  })
  const appJobs = composeAppJobs({
    ...{ store, apps, power, removal, actors, audit, deployments, quotas, jobs, keyRing, log },
    ...{ envVars, appTraffic, observations, events, releases, builds, sourceRecords, sources, diskRoom },
    appLimits: limits.appLimits,
    directory: folders.appExports,
  })
  const sweeper = new Sweeper({
    appExports: appJobs.appExports,
    ...{ volumes, volumeRemoval, volumeTrash },
    store,
    artifacts,
    images,
    sources,
    releases,
    sourceRecords,
    removal,
    builder,
    jobs,
    events,
    accounts,
    factors,
    quotas,
    personExports,
    requestLogs: sight.requestSearch,
    log,
  })
  const sweeps = new SweepSchedule({ jobs })
  const leftovers = new BuildLeftovers({
    ...{ store, builder, pulledImages },
    referencedArtifacts: () => releases.referencedArtifactDigests(),
  })
  const disk = new DiskLedger({
    ...{ home: config.home, store, events, leftovers, pulledImages, clock: systemClock, log },
    samples: new DiskSamples({ store }),
    room: diskRoom,
    referencedArtifacts: () => releases.referencedArtifactDigests(),
    referencedSources: () => sourceRecords.referencedDigests(),
    docker: ground.docker,
  })
  const diskSchedule = new DiskSchedule({ jobs })
  const diskGuard = new DiskGuard({
    ...{ apps, manager, reconciler, power, log },
    room: diskRoom,
    volumes: new VolumeFolders(folders.volumes),
  })
  const takeover = new Takeover({
    store,
    manager,
    deploymentRecords,
    releases,
    envVars,
    apps,
    runtimes,
    builder,
    reconciler,
    publisher,
    log,
  })

  const status = new PlatformStatus({
    store,
    manager,
    edge,
    runtimeKind: runtimes.kindFor('tree'),
    powers: sandbox.powers,
    shortcomings: missingPowers,
    version: VERSION,
    home: config.home,
    urls: { dashboard: dashboardUrl, edge: `http://localhost:${config.httpPort}` },
    mail: mailDelivery.target,
  })
  const health = createHealth({ log })
  health.add({
    name: 'database',
    critical: true,
    check: () => store.db.selectFrom('apps').select('id').limit(1).execute(),
  })
  health.add({ name: 'edge', critical: false, check: () => edge.status() })
  const server = await createHttpServer({
    host: config.host,
    port: config.port,
    socketPath: folders.controlSocket,
    domains: [new URL(dashboardUrl).hostname],
    version: VERSION,
    identify: people.identify,
    actors,
    findResource: createFindResource({ apps, store }),
    requireFresh: call => factors.fresh.require(call),
    audit,
    apiRequests,
    rateLimits: { store: requestCounts.store, settings: config },
    trustedProxies: config.trustedProxies,
    csrfSecret: people.csrfSecret,
    implementations: allRoutes({
      registries: ground.registries,
      ...{ volumes, volumeRemoval, volumeTrash },
      artifacts,
      ...people.parts,
      ...deploying.routeParts,
      ...domains.routeParts,
      ...sight.routeParts,
      quotas,
      store,
      dashboardUrl,
      apps,
      removal,
      power,
      ...appJobs.routeParts,
      appUrl: edgeUrl,
      refusedRoutes: appId => publisher.refusedOf(appId),
      deployments,
      uploadLimitBytes: config.maxSourceMb * MB,
      builds,
      buildLogs,
      releases,
      envVars,
      sharedEnv,
      instances,
      disk,
      diskRoom,
      sweep: async () => {
        await sweeper.sweep()
        await leftovers.remove()
      },
      execCommands: new ExecCommands({ manager, releases, log }),
      execLimits: new ExecLimits({ perPerson: 5, perApp: 10 }),
      execIdleMs: config.execIdleMinutes * 60_000,
      log,
      appTraffic,
      ...limits.routeParts,
      manager,
      enforced: enforcedLimits(sandbox.powers),
      shortcomings: [...appShortcomings(sandbox.powers, host), ...ground.userShortcomings],
      domainSource: domains.table,
      canaries,
      publisher,
      purgeCache: purge => edge.purgeCache(purge),
      edgePort: config.httpPort,
      logs,
      events,
      jobs,
      status,
      statusDetails: new StatusDetailsReader({
        store,
        docker: ground.docker,
        mayUseDocker: config.runtime !== 'process',
        room: diskRoom,
        builds: () => governor.view(),
      }),
      settings: settingsReport(settings, { config, env }),
    }),
    health,
    metrics,
    dashboardDirectory: DASHBOARD,
    log,
  })
  const worker = createJobWorker({
    ledger: jobs,
    handlers: {
      ...people.jobHandlers,
      ...deploying.jobHandlers,
      ...domains.jobHandlers,
      ...appJobs.jobHandlers,
      deploy: job => pipeline.handle(job),
      sweep: () => sweeper.sweep(),
      'measure-disk': () => disk.measure(),
    },
    concurrency: { total: 32 },
    log,
  })
  const announcement = new Announcement({
    accounts,
    shortcomings: missingPowers,
    manager,
    apps,
    urls: { dashboard: dashboardUrl, edge: `http://localhost:${config.httpPort}` },
    setupUrlOf: token => setupLink(dashboardUrl, token),
    parent,
  })

  const lifecycle = createLifecycle({ log, stopDeadlineMs: 15_000 })
  lifecycle.add({ name: 'ground', stop: () => ground.close() })
  lifecycle.add({ name: 'logs', stop: () => logs.close() })
  lifecycle.add({ name: 'API request counts', stop: () => apiRequests.close() })
  lifecycle.add({ name: 'request counts', stop: () => requestCounts.close() })
  lifecycle.add({ name: 'mail', stop: () => mailDelivery.close() })
  lifecycle.add({ name: 'accounts', stop: () => accounts.close() })
  lifecycle.add({ name: 'edge', start: () => edgeProcess.start(), stop: () => edgeProcess.leave() })
  lifecycle.add({ name: 'instances', start: () => takeover.run(), stop: () => reconciler.close() })
  lifecycle.add({ name: 'figures', start: () => sight.recorder.start(), stop: () => sight.recorder.stop() })
  lifecycle.add({
    name: 'instance watch',
    start: () => instanceWatch.start(),
    stop: () => instanceWatch.stop(),
  })
  lifecycle.add({
    name: 'neighbours',
    start: () => neighbourWatch.start(),
    stop: () => neighbourWatch.stop(),
  })
  lifecycle.add({ name: 'sleeper', start: () => sleeper.start(), stop: () => sleeper.stop() })
  lifecycle.add({
    name: 'jobs',
    start: async () => {
      await jobs.recover()
      await orphanedDeployments.start()
      worker.start()
    },
    stop: async () => {
      await worker.stop({ drainMs: 500 })
      orphanedDeployments.stop()
    },
  })
  lifecycle.add({ name: 'canaries', start: () => canaryWatch.start(), stop: () => canaryWatch.stop() })
  lifecycle.add({
    name: 'token expiry',
    start: () => expiryWarnings.start(),
    stop: () => expiryWarnings.stop(),
  })
  lifecycle.add({ name: 'domains', start: () => domains.watch.start(), stop: () => domains.watch.stop() })
  lifecycle.add({
    name: 'certificates on demand',
    start: () => domains.calls.listen(edge),
    stop: () => domains.calls.stop(),
  })
  lifecycle.add({ name: 'disk', start: () => diskSchedule.start(), stop: () => diskSchedule.stop() })
  lifecycle.add({ name: 'disk guard', start: () => diskGuard.start(), stop: () => diskGuard.stop() })
  lifecycle.add({ name: 'sweeps', start: () => sweeps.start(), stop: () => sweeps.stop() })
  lifecycle.add({ name: 'http', start: () => server.start(), stop: () => server.stop() })
  lifecycle.add({
    name: 'announcement',
    start: async () => {
      health.setPhase('running')
      await announcement.ready()
    },
    stop: async () => {
      health.setPhase('stopping')
      await announcement.stopping()
    },
  })
  return lifecycle
}
