import type { DockerEngine } from '@seaworthy/docker'
import { BUILD_APP_LABEL, BUILD_HOME_LABEL, HOME_LABEL, statusOf } from '@seaworthy/docker'
import type { Logger } from '@seaworthy/kit'
import { type OwnImage, planImageRemoval } from './image-removal-plan.ts'
import { IMAGE_REFERENCE_PREFIX } from './image-result.ts'

export interface ImageKeeperOptions {
  engine: DockerEngine
  maxCacheBytes: number
  /** Whether a build of this app is under way: its layers are left alone. */
  isBuilding(appId: string): boolean
  log: Logger
}

export interface SweepOptions {
  /** Younger images stay. */
  graceMs?: number
  /** Instead of the keeper's own. */
  maxCacheBytes?: number
}

/** An image that was made within these minutes may belong to a release that is not written down yet. */
const GRACE_MS = 10 * 60_000

/** Looks after the images and layers that builds of this platform made. What it cannot prove to be ours it never touches. */
export class ImageKeeper {
  readonly #options: ImageKeeperOptions

  constructor(options: ImageKeeperOptions) {
    this.#options = options
  }

  /** What a sweep with these options would remove. */
  async plan(
    keep: ReadonlySet<string>,
    { graceMs = GRACE_MS, maxCacheBytes = this.#options.maxCacheBytes }: SweepOptions = {},
  ): Promise<{ image: OwnImage; bytes: number }[]> {
    const { isBuilding } = this.#options
    const images = (await this.#list()).filter(({ appId }) => !isBuilding(appId))
    const kept = new Set([...keep].map(reference => reference.replace(IMAGE_REFERENCE_PREFIX, '')))
    return planImageRemoval(images, { keep: kept, maxCacheBytes, youngAfterMs: Date.now() - graceMs })
  }

  async sweep(
    keep: ReadonlySet<string>,
    options: SweepOptions = {},
  ): Promise<{ removed: number; freedBytes: number }> {
    const { isBuilding, log } = this.#options
    await this.#removeContainers(appId => !isBuilding(appId))
    const plan = await this.plan(keep, options)
    let freedBytes = 0
    let removed = 0
    for (const { image, bytes } of plan) {
      if (!(await this.#remove(image))) continue
      removed += 1
      freedBytes += bytes
    }
    if (removed > 0) log.info({ removed, freedBytes }, 'images of builds removed')
    return { removed, freedBytes }
  }

  async forgetApp(appId: string): Promise<void> {
    await this.#removeContainers(owner => owner === appId)
    const images = (await this.#list()).filter(image => image.appId === appId)
    const plan = planImageRemoval(images, {
      keep: new Set(),
      maxCacheBytes: 0,
      youngAfterMs: Number.POSITIVE_INFINITY,
    })
    for (const { image } of plan) await this.#remove(image)
  }

  async #list(): Promise<OwnImage[]> {
    const { engine } = this.#options
    const found = await engine.call('list images', () =>
      engine.client.listImages({ all: true, filters: { label: [`${BUILD_HOME_LABEL}=${engine.home}`] } }),
    )
    return found.map(({ Id, ParentId, RepoTags, Size, Created, Labels }) => ({
      id: Id,
      parentId: ParentId,
      tags: (RepoTags ?? []).filter(tag => tag !== '<none>:<none>'),
      sizeBytes: Size,
      createdMs: Created * 1000,
      appId: Labels[BUILD_APP_LABEL] ?? '',
    }))
  }

  /** Answers whether it is gone. One that an instance runs on, or that another was made of, stays. */
  async #remove({ id, tags }: OwnImage): Promise<boolean> {
    const { engine } = this.#options
    // By name first: an image with a name of somebody's own stays under that.
    const own = tags.filter(tag => tag.startsWith('seaworthy-build/'))
    if (own.length < tags.length) return false
    try {
      for (const tag of own) await engine.client.getImage(tag).remove({ noprune: true })
      if (own.length === 0) await engine.client.getImage(id).remove({ noprune: true })
      return true
    } catch (error) {
      if (statusOf(error) === 404) return true
      if (statusOf(error) === 409) return false
      throw error
    }
  }

  async #removeContainers(mayRemove: (appId: string) => boolean): Promise<void> {
    const { engine } = this.#options
    const filters = { label: [`${BUILD_HOME_LABEL}=${engine.home}`] }
    const found = await engine.call('list containers', () =>
      engine.client.listContainers({ all: true, filters }),
    )
    for (const { Id, Labels } of found) {
      if (Labels[HOME_LABEL] || !mayRemove(Labels[BUILD_APP_LABEL] ?? '')) continue
      await engine.client
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(error => {
          if (![404, 409].includes(statusOf(error) ?? 0)) throw error
        })
    }
  }
}
