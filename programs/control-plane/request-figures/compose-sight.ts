/** The part of the composition root for what the edge saw: requests, figures, visits, the timeline. */
import { join } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import type { Metrics } from '@seaworthy/kit/metrics'
import type { Observation } from '@seaworthy/routes'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import type { Releases } from '../releases/releases.ts'
import { LiveRequests } from '../requests/live-requests.ts'
import { RequestSearch } from '../requests/request-search.ts'
import type { Store } from '../store/database.ts'
import { Timeline } from '../timeline/timeline.ts'
import type { Observations } from '../visits/observations.ts'
import { VisitRecords } from '../visits/visit-records.ts'
import { AppMetrics } from './app-metrics.ts'
import { FiguresRecorder } from './figures-recorder.ts'
import { RequestFigures } from './request-figures.ts'
import { ResourceFigures } from './resource-figures.ts'
import { ResourceSampler } from './resource-sampler.ts'

export interface SightSurroundings {
  store: Store
  edge: EdgeClient
  edgeSocket: string
  home: string
  manager: InstanceManager
  releases: Releases
  metrics: Metrics
  observations: Observations
  /** Resolves once the edge works by what the database says. */
  publish(): Promise<void>
  /** How often the edge is asked; 10 s unless told. */
  lookEveryMs: number
  log: Logger
}

export function composeSight(surroundings: SightSurroundings) {
  const { store, edge, edgeSocket, home, manager, releases, metrics, observations, log } = surroundings
  const requestFigures = new RequestFigures({ store })
  const resourceFigures = new ResourceFigures({ store })
  const visitRecords = new VisitRecords({ store })
  const sampler = new ResourceSampler({ manager, releases, log })
  const usage = () => sampler.usage()
  const recorder = new FiguresRecorder({
    edge,
    figures: requestFigures,
    sampler,
    resources: resourceFigures,
    visits: visitRecords,
    metrics: new AppMetrics({ metrics, slugs: () => slugsOf(store), usage }),
    lookEveryMs: surroundings.lookEveryMs,
    log,
  })
  const requestSearch = new RequestSearch({ directory: join(home, 'logs', 'edge', 'requests') })
  return {
    recorder,
    requestSearch,
    /** For `allRoutes`. */
    routeParts: {
      requestSearch,
      liveRequests: new LiveRequests({ socketPath: edgeSocket, log }),
      requestFigures,
      resourceFigures,
      usage,
      visitRecords,
      observations,
      publishRoutes: () => surroundings.publish(),
      timeline: new Timeline({ store }),
    },
  }
}

/** The platform's word on what is kept of requests. */
export function platformObservation(config: {
  requestLogSample: number
  requestLogAddresses: Observation['logAddresses']
  requestLogQueries: boolean
  requestLogMaxDays: number
  requestLogMaxMb: number
  visits: boolean
}): Observation {
  return {
    logSample: config.requestLogSample,
    logAddresses: config.requestLogAddresses,
    logQueries: config.requestLogQueries,
    logMaxDays: config.requestLogMaxDays,
    logMaxBytes: config.requestLogMaxMb * 1_048_576,
    visits: config.visits,
  }
}

async function slugsOf(store: Store): Promise<Map<string, string>> {
  const apps = await store.db
    .selectFrom('apps')
    .select(['id', 'slug'])
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .execute()
  return new Map(apps.map(({ id, slug }) => [id, slug]))
}
