import type { Receipt } from '@seaworthy/api'
import type { Events } from '../events/events.ts'
import type { InstanceManager, LiveInstance } from '../instances/instance-manager.ts'
import type { InstanceStarter } from '../instances/instance-starter.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { RoutePublisher } from '../routing/route-publisher.ts'
import type { DeploymentRow } from '../store/schema.ts'
import { type CanaryRecord, canaryOf } from './canary-record.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { makeReceipt, traffic, withoutProbes } from './receipt.ts'

export interface CanaryEndOptions {
  records: DeploymentRecords
  releases: Releases
  manager: InstanceManager
  starter: InstanceStarter
  publisher: Pick<RoutePublisher, 'publish'>
  events: Events
}

export interface AbandonedCanary {
  state: 'failed' | 'cancelled'
  code: string
  message: string
  url: string
  timings?: Record<string, number>
}

/** Takes a canary out of the traffic. The release that served the rest serves all again; nothing of it was touched. */
export class CanaryEnd {
  readonly #options: CanaryEndOptions

  constructor(options: CanaryEndOptions) {
    this.#options = options
  }

  /** Its instances that run. */
  instancesOf({ id, app_id }: DeploymentRow): LiveInstance[] {
    const all = this.#options.manager.live(app_id)
    return all.filter(
      live => live.row.deployment_id === id && live.row.process !== 'release' && !live.stopping,
    )
  }

  /** Ends the deployment with its receipt. Idempotent, so that a resumed job may do it again. */
  async abandon(deployment: DeploymentRow, end: AbandonedCanary): Promise<void> {
    const { records, events, publisher } = this.#options
    await this.takeOut(deployment)
    const receipt = await this.#receipt(deployment, end)
    const error = { error_code: end.code, error_message: end.message }
    await records.move(deployment.id, end.state, { ...error, receipt_json: JSON.stringify(receipt) })
    await publisher.publish() // files have no instance whose end would have shown
    const facts = {
      deployment: deployment.number,
      release: await this.#version(deployment),
      reason: end.message,
    }
    await events.append({ appId: deployment.app_id, type: 'canary:aborted', data: facts })
  }

  /** No new request goes to the canary's instances once they drain; what they had is answered before they stop. */
  async takeOut(deployment: DeploymentRow): Promise<void> {
    const { manager, publisher, starter, releases } = this.#options
    const instances = this.instancesOf(deployment)
    const release = deployment.release_id ? await releases.getById(deployment.release_id) : undefined
    if (instances.length === 0 || !release) return
    for (const live of instances) await manager.setState(live, 'draining')
    await publisher.publish()
    const settings: ReleaseSettings = JSON.parse(release.settings_json)
    await Promise.all(instances.map(live => starter.drainAndStop(live, settings)))
  }

  /** The edge gets a table without a canary that has ended. */
  publish(): Promise<void> {
    return this.#options.publisher.publish()
  }

  async #receipt(
    deployment: DeploymentRow,
    { url, message, timings = {} }: AbandonedCanary,
  ): Promise<Receipt> {
    const previous = deployment.previous_release_id
    const before = previous === null ? undefined : await this.#options.releases.getById(previous)
    return makeReceipt({
      url,
      release: `v${await this.#version(deployment)}`,
      previousRelease: before ? `v${before.version}` : null,
      timings,
      canary: canaryReceipt(canaryOf(deployment), 'aborted', message),
    })
  }

  async #version({ release_id }: DeploymentRow): Promise<number> {
    const release = release_id === null ? undefined : await this.#options.releases.getById(release_id)
    return release?.version ?? 0
  }
}

/** What both sides answered. Null for a deployment that never was a canary. */
export function canaryReceipt(
  record: CanaryRecord | undefined,
  ended: 'promoted' | 'aborted',
  reason: string,
  now = Date.now(),
): Receipt['canary'] {
  if (!record || record.since === null) return null
  return {
    percent: record.percent,
    canary: traffic(withoutProbes(record.seen.canary, record.probes)),
    stable: traffic(record.seen.stable),
    watchedMs: now - record.since,
    ended,
    reason,
  }
}
