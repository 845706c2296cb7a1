/** The part of the composition root that makes code live: the phases of a deployment, canaries, and what is left of them. */
import type { ArtifactStore } from '@seaworthy/artifacts'
import type { Builder, BuilderSet } from '@seaworthy/builder'
import type { Logger } from '@seaworthy/kit'
import type { SourceStore } from '@seaworthy/source'
import type { BuildLog, LogStore } from '@seaworthy/telemetry'
import type { ActorFinder } from '../access/actor-finder.ts'
import type { Apps } from '../apps/apps.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Builds } from '../builds/builds.ts'
import { BuildGovernor } from '../builds/governor/build-governor.ts'
import { readMachine, reservedBytes } from '../builds/governor/machine-facts.ts'
import type { ControlPlaneConfig } from '../config.ts'
import type { DiskRoom } from '../disk/disk-room.ts'
import { EngineRoom } from '../disk/engine-room.ts'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { Events } from '../events/events.ts'
import { ImageFetcher } from '../images/image-fetcher.ts'
import type { AppLocks } from '../instances/app-locks.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import type { InstanceRecords } from '../instances/instance-records.ts'
import type { InstanceStarter } from '../instances/instance-starter.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Ground } from '../platform/ground.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { SourceRecords } from '../sources/source-records.ts'
import type { AppTraffic } from '../traffic/app-traffic.ts'
import { answeringProcesses } from '../traffic/effective-traffic.ts'
import { createAdmission } from './admission.ts'
import { composeApprovals } from './approvals/compose-approvals.ts'
import { BuildPhase } from './build-phase.ts'
import { Canaries } from './canaries.ts'
import { CanaryEnd } from './canary-end.ts'
import { CanaryPhase } from './canary-phase.ts'
import { CanaryWatch } from './canary-watch.ts'
import { DeploymentPipeline } from './deployment-pipeline.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { Deployments } from './deployments.ts'
import { OrphanedDeployments } from './orphaned-deployments.ts'
import { createRequireStillAllowed } from './require-still-allowed.ts'
import { StartPhase } from './start-phase.ts'
import { Switcher } from './switcher.ts'
import { Watcher } from './watcher.ts'

const DEPLOY_DEADLINE_MARGIN_MS = 3_600_000

export interface DeploymentSurroundings {
  config: ControlPlaneConfig
  ground: Ground
  records: DeploymentRecords
  apps: Apps
  releases: Releases
  envVars: EnvVars
  events: Events
  sources: SourceStore
  sourceRecords: SourceRecords
  builds: Builds
  builder: Builder & Pick<BuilderSet, 'builderFor'>
  buildLogs: BuildLog
  artifacts: ArtifactStore
  jobs: JobLedger
  quotas: Quotas
  diskRoom: DiskRoom
  audit: AuditLog
  actors: ActorFinder
  logs: LogStore
  edge: EdgeClient
  appTraffic: AppTraffic
  locks: AppLocks
  manager: InstanceManager
  starter: InstanceStarter
  instanceRecords: InstanceRecords
  publisher: RoutePublisher
  reconciler: AppReconciler
  /** Where an app answers. */
  urlOf: (slug: string) => string
  log: Logger
}

export function composeDeployments({
  config,
  ground,
  records,
  apps,
  releases,
  envVars,
  events,
  sources,
  sourceRecords,
  builds,
  builder,
  buildLogs,
  artifacts,
  jobs,
  quotas,
  diskRoom,
  audit,
  actors,
  logs,
  edge,
  appTraffic,
  locks,
  manager,
  starter,
  instanceRecords,
  publisher,
  reconciler,
  urlOf,
  log,
}: DeploymentSurroundings) {
  const { store, keyRing, images, docker } = ground
  const switcher = new Switcher({
    store,
    records,
    manager,
    locks,
    publisher,
    reconciler,
    log,
  })
  const isGuarded = appTraffic.mayKeepOut.bind(appTraffic)
  const watcher = new Watcher({ edge, manager, edgePort: config.httpPort, isGuarded })
  const governor = new BuildGovernor({
    slots: config.buildSlots,
    reservedBytes: reservedBytes(config.buildReserveMb),
    readMachine: () => readMachine(config.pressureDirectory),
    log,
  })
  const engineRoom = new EngineRoom({
    docker,
    isOff: config.runtime === 'process',
    reclaimableBytes: () => diskRoom.reclaimableBytes,
  })
  const buildPhase = new BuildPhase({
    store,
    records,
    sources,
    sourceRecords,
    builds,
    builder,
    imageFetcher: new ImageFetcher({ images }),
    buildLogs,
    artifacts,
    releases,
    envVars,
    apps,
    keyRing,
    quotas,
    governor,
    diskRoom,
    engineRoom,
    buildDeadlineMs: config.buildDeadlineMinutes * 60_000,
    log,
  })
  const startPhase = new StartPhase({
    manager,
    starter,
    instanceRecords,
    logs,
    releaseDeadlineMs: config.buildDeadlineMinutes * 60_000,
  })
  const canaryPhase = new CanaryPhase({
    store,
    records,
    apps,
    releases,
    startPhase,
    publisher,
    reconciler,
    events,
    watcher,
    answering: async ({ app, settings }) => answeringProcesses(await appTraffic.effective(app, settings)),
  })
  const canaryEnd = new CanaryEnd({
    records,
    releases,
    manager,
    starter,
    publisher,
    events,
  })
  const deployDeadlineMs = 2 * config.buildDeadlineMinutes * 60_000 + DEPLOY_DEADLINE_MARGIN_MS
  const { approvals, routeParts, jobHandlers } = composeApprovals({
    ...{ store, records, builds, jobs, events, releases, envVars, sources },
    deadlineMs: deployDeadlineMs,
  })
  const canaries = new Canaries({ store, records, jobs, deadlineMs: deployDeadlineMs })
  const canaryWatch = new CanaryWatch({
    records,
    apps,
    releases,
    canaries,
    canaryEnd,
    edge,
    edgePort: config.httpPort,
    isGuarded,
    urlOf,
    log,
  })
  const pipeline = new DeploymentPipeline({
    records,
    apps,
    releases,
    envVars,
    events,
    admit: createAdmission({ audit, requireStillAllowed: createRequireStillAllowed(actors) }),
    approvals,
    buildPhase,
    startPhase,
    canaryPhase,
    canaryEnd,
    switcher,
    watcher,
    manager,
    starter,
    reconciler,
    quotas,
    deploymentLogs: buildLogs,
    urlOf,
    watchMs: { deploy: config.watchSeconds * 1000, other: Math.min(1000, config.watchSeconds * 1000) },
    log,
  })
  const deployments = new Deployments({
    store,
    records,
    apps,
    sources,
    sourceRecords,
    builds,
    releases,
    envVars,
    keyRing,
    jobs,
    quotas,
    deploymentLogs: buildLogs,
    canaries,
    approvals,
    images,
    deadlineMs: deployDeadlineMs,
  })
  const orphanedDeployments = new OrphanedDeployments({
    store,
    records,
    builds,
    jobs,
    log,
  })
  return {
    deployments,
    governor,
    canaries,
    canaryWatch,
    pipeline,
    orphanedDeployments,
    routeParts,
    jobHandlers,
  }
}
