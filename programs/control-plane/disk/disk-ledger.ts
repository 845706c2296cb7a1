import type { DiskKind, DiskReport } from '@seaworthy/api'
import { type DockerEngine, listOwnedDisk } from '@seaworthy/docker'
import type { Logger } from '@seaworthy/kit'
import type { Events } from '../events/events.ts'
import type { Clock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { BuildLeftovers } from './build-leftovers.ts'
import { forecastDisk } from './disk-forecast.ts'
import { DISK_LEVELS, diskLevel } from './disk-level.ts'
import type { DiskRoom } from './disk-room.ts'
import type { DiskSamples } from './disk-samples.ts'
import { type MeasuredPart, measureHome, sumUp } from './measure-home.ts'
import type { PulledImages } from './pulled-images.ts'
import { type ReclaimItem, reclaimable } from './reclaim-plan.ts'

export interface DiskLedgerOptions {
  home: string
  store: Store
  samples: DiskSamples
  room: Pick<DiskRoom, 'space'>
  events: Pick<Events, 'append'>
  referencedArtifacts: () => Promise<readonly string[]>
  referencedSources: () => Promise<readonly string[]>
  leftovers: Pick<BuildLeftovers, 'list'>
  pulledImages: Pick<PulledImages, 'list'>
  docker: { wasUsed(): boolean; engine(): Promise<DockerEngine> }
  clock: Pick<Clock, 'now'>
  log: Logger
}

export interface DiskEntry {
  kind: DiskKind
  appId: string | null
  bytes: number
  places?: string[]
}

const HISTORY_MS = 30 * 86_400_000

/** Knows what takes the disk: measured by a job now and then, answered from the last measure. */
export class DiskLedger {
  readonly #options: DiskLedgerOptions
  #reclaimableBytes = 0

  constructor(options: DiskLedgerOptions) {
    this.#options = options
  }

  /** What a reclaim would free, as of the last measure of this process. */
  get reclaimableBytes(): number {
    return this.#reclaimableBytes
  }

  /** The handler of `measure-disk` jobs. */
  async measure(signal?: AbortSignal): Promise<void> {
    const { home, samples, room, clock, log } = this.#options
    const parts = await measureHome(home, signal)
    const before = await samples.latest()
    const { totalBytes, freeBytes } = await room.space()
    const percent = percentOf({ totalBytes, freeBytes })
    const level = diskLevel(percent, before?.level ?? 0)
    const reclaim = await this.#reclaimable(parts)
    const entries = [...sumUp(parts), ...(await this.#dockerEntries())]
    await samples.add({
      id: newId('dsk'),
      at: clock.now(),
      total_bytes: totalBytes,
      free_bytes: freeBytes,
      level,
      entries_json: JSON.stringify(entries),
      reclaim_json: JSON.stringify(reclaim),
    })
    this.#reclaimableBytes = reclaim.reduce((sum, { bytes }) => sum + bytes, 0)
    if (level > (before?.level ?? 0)) await this.#tell(level, { percent, freeBytes })
    log.info({ percent, freeBytes }, 'disk measured')
  }

  /** As of the last measure; measured now when there is none. */
  async report(): Promise<DiskReport> {
    const { samples, room, clock } = this.#options
    if (!(await samples.latest())) await this.measure()
    const sample = (await samples.latest())!
    const space = await room.space()
    const history = await samples.history(clock.now() - HISTORY_MS)
    const points = history.map(row => ({ at: row.at, usedBytes: row.total_bytes - row.free_bytes }))
    const forecast = forecastDisk(points, { totalBytes: space.totalBytes, now: clock.now() })
    const slugs = await this.#slugs()
    return {
      measuredAt: new Date(sample.at).toISOString(),
      ...space,
      usedPercent: percentOf(space),
      levels: [...DISK_LEVELS],
      forecast:
        forecast.state === 'growing'
          ? { ...forecast, fullAt: new Date(forecast.fullAt).toISOString() }
          : forecast,
      entries: (JSON.parse(sample.entries_json) as DiskEntry[]).map(({ appId, ...entry }) => ({
        ...entry,
        app: appId === null ? null : (slugs.get(appId) ?? appId),
      })),
      history: history.map(row => ({
        at: new Date(row.at).toISOString(),
        totalBytes: row.total_bytes,
        freeBytes: row.free_bytes,
      })),
    }
  }

  /** What nothing refers to any more, measured now. */
  async planReclaim(): Promise<(ReclaimItem & { app: string | null })[]> {
    const items = await this.#reclaimable(await measureHome(this.#options.home))
    const slugs = await this.#slugs()
    return items.map(item => ({ ...item, app: item.appId ? (slugs.get(item.appId) ?? item.appId) : null }))
  }

  async #reclaimable(parts: readonly MeasuredPart[]): Promise<ReclaimItem[]> {
    const { referencedArtifacts, referencedSources } = this.#options
    const kept = new Set([...(await referencedArtifacts()), ...(await referencedSources())])
    return [...reclaimable(parts, kept), ...(await this.#leftovers())]
  }

  /** The rest of a measure does not wait for what cannot be asked just now. */
  async #leftovers(): Promise<ReclaimItem[]> {
    const { leftovers, log } = this.#options
    return leftovers.list().catch(error => {
      log.warn({ err: error }, 'what builds left could not be measured')
      return []
    })
  }

  /** An engine that is away takes nothing away from the rest of the measure. */
  async #dockerEntries(): Promise<DiskEntry[]> {
    const { docker, pulledImages, log } = this.#options
    if (!docker.wasUsed()) return []
    try {
      const pulledIds = new Set((await pulledImages.list()).map(({ id }) => id))
      const engine = await docker.engine()
      const { owned, buildCacheBytes, otherBytes } = await listOwnedDisk(engine, { pulledIds })
      const own = owned.map(({ kind, appId, bytes }) => ({
        kind: DOCKER_KINDS[kind],
        appId,
        bytes,
        files: 1,
      }))
      const parts = own.map(({ appId, ...part }) => (appId === undefined ? part : { ...part, appId }))
      return [
        ...sumUp(parts),
        { kind: 'build-cache', appId: null, bytes: buildCacheBytes },
        { kind: 'other-docker', appId: null, bytes: otherBytes },
      ]
    } catch (error) {
      log.warn({ err: error }, 'the disk of the Docker engine could not be measured')
      return []
    }
  }

  async #slugs(): Promise<Map<string, string>> {
    const rows = await this.#options.store.db.selectFrom('apps').select(['id', 'slug']).execute()
    return new Map(rows.map(({ id, slug }) => [id, slug]))
  }

  async #tell(level: number, facts: { percent: number; freeBytes: number }): Promise<void> {
    await this.#options.events.append({ appId: null, type: 'disk:filling', data: { level, ...facts } })
    this.#options.log.warn({ level, ...facts }, 'the disk fills up')
  }
}

const DOCKER_KINDS = {
  image: 'image',
  'base-image': 'base-image',
  layer: 'image-layer',
  instance: 'instance',
  volume: 'volume',
} as const

function percentOf({ totalBytes, freeBytes }: { totalBytes: number; freeBytes: number }): number {
  return totalBytes === 0 ? 0 : Math.round((1 - freeBytes / totalBytes) * 1000) / 10
}
