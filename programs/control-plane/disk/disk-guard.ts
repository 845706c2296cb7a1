import type { Logger } from '@seaworthy/kit'
import type { AppPower } from '../apps/app-power.ts'
import type { Apps } from '../apps/apps.ts'
import type { AppReconciler } from '../instances/app-reconciler.ts'
import type { InstanceManager } from '../instances/instance-manager.ts'
import type { EndCause } from '../limits/end-sentence.ts'
import { RegularLook } from '../platform/regular-look.ts'
import { sizeOfTree } from '../volumes/size-of-tree.ts'
import type { VolumeFolders } from '../volumes/volume-folders.ts'
import { type DiskRoom, keptBytes } from './disk-room.ts'
import {
  type DiskLook,
  type FillingApp,
  fillingApp,
  hasLost,
  isRunningFull,
  type VolumeLook,
} from './filling-app.ts'

export interface DiskGuardOptions {
  room: Pick<DiskRoom, 'space'>
  volumes: Pick<VolumeFolders, 'ofApp'>
  apps: Pick<Apps, 'getById'>
  manager: Pick<InstanceManager, 'live'>
  reconciler: Pick<AppReconciler, 'endForLimit'>
  power: Pick<AppPower, 'stop'>
  log: Logger
}

const LOOK_EVERY_MS = 1_000
/** A look at all volumes costs a walk through their files: what is older is compared with no more. */
const LOOK_AT_VOLUMES_MS = 60_000
const MB = 1_048_576

/**
 * Volumes have no size of their own: without this, an app that fills its volume would leave no room to anybody else.
 * The app whose volumes take the last of the disk is stopped until its people start it again; its files stay.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions
  readonly #regular: RegularLook
  #before: DiskLook | undefined
  #since: VolumeLook | undefined

  constructor(options: DiskGuardOptions) {
    this.#options = options
    this.#regular = new RegularLook({
      everyMs: LOOK_EVERY_MS,
      look: now => this.#look(now),
      failure: 'could not look who fills the disk',
      log: options.log,
    })
  }

  start(): void {
    this.#regular.start()
  }

  stop(): Promise<void> {
    return this.#regular.stop()
  }

  /** A second call joins the one that is under way. Never rejects. */
  look(now = Date.now()): Promise<void> {
    return this.#regular.now(now)
  }

  async #look(at: number): Promise<void> {
    const { totalBytes, freeBytes } = await this.#options.room.space()
    const now = { at, freeBytes }
    const isAlarm = isRunningFull(this.#before, now, keptBytes(totalBytes))
    this.#before = now
    if (!isAlarm) this.#since = undefined
    else if (!this.#since) this.#since = await this.#lookAtVolumes(now)
    else if (hasLost(this.#since, now)) await this.#blame(this.#since, now)
  }

  async #blame(since: VolumeLook, now: DiskLook): Promise<void> {
    const volumes = await this.#lookAtVolumes(now)
    const found = fillingApp(since, volumes)
    if (found || now.at - since.at >= LOOK_AT_VOLUMES_MS) this.#since = undefined
    if (found) await this.#stopApp(found, now)
  }

  async #lookAtVolumes(look: DiskLook): Promise<VolumeLook> {
    const { manager, volumes } = this.#options
    const ids = [...new Set(manager.live().map(({ row }) => row.app_id))]
    const sizes = await Promise.all(ids.map(async id => [id, await sizeOfTree(volumes.ofApp(id))] as const))
    return { ...look, bytesByApp: new Map(sizes) }
  }

  /** At once, without the grace of a plain stop, in which it would go on. */
  async #stopApp({ appId, grewBytes }: FillingApp, { freeBytes }: DiskLook): Promise<void> {
    const { apps, manager, reconciler, power, log } = this.#options
    const app = await apps.getById(appId)
    if (!app) return
    log.warn({ app: app.slug, grewBytes, freeBytes }, 'app stopped: its volumes fill the disk')
    const cause = causeOf(app.slug, { grewBytes, freeBytes })
    await Promise.all(manager.live(appId).map(live => reconciler.endForLimit(live, cause)))
    await power.stop({ app, actor: 'the platform' })
  }
}

function causeOf(slug: string, { grewBytes, freeBytes }: { grewBytes: number; freeBytes: number }): EndCause {
  const [grew, free] = [grewBytes, freeBytes].map(bytes => Math.max(0, Math.round(bytes / MB)))
  const detail = `the disk of the server was about to be full (${free} MB free), and the volumes of ${slug} took ${grew} MB within a moment. It stays stopped: make room, then start it again with seaworthy apps start ${slug}`
  return { stopped: { reason: 'disk', detail } }
}
