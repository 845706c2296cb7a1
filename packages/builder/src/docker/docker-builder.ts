import type { DockerEngine, RegistryAuth } from '@seaworthy/docker'
import type { Logger } from '@seaworthy/kit'
import { DEFAULT_MAX_BYTES } from '../build-strain.ts'
import type { AppRuntime, Builder, BuildSpec, ImageResult } from '../builder.ts'
import type { Leftover } from '../leftovers.ts'
import { findUnusedBaseImages, removeBaseImage } from './base-image-keeper.ts'
import type { PulledImage } from './base-image-removal.ts'
import { DockerBuild } from './docker-build.ts'
import { ImageKeeper } from './image-keeper.ts'

export interface DockerBuilderOptions {
  engine: DockerEngine
  /** What an app signs in to a registry with. */
  authOf?: (registry: string, appId: string) => Promise<RegistryAuth | undefined>
  /** Whether Dockerfiles that need BuildKit may have it: the engine sets such builds no limits. False unless told. */
  buildKit?: boolean
  /** By name, see `generate/base-images.ts`. */
  baseImages?: Readonly<Record<string, string>>
  /** Told of each base image that was not on the engine before. */
  onPulled?: (image: PulledImage) => Promise<void>
  /** Of all layers that no kept image needs; 10 GB unless told. */
  maxCacheBytes?: number
  /** Of a build context; 2 GB unless told. */
  maxContextBytes?: number
  /** Of what one step writes; 10 GB unless told. */
  maxStepBytes?: number
  log: Logger
}

export interface DockerBuilder extends Builder {
  build(spec: BuildSpec): Promise<ImageResult>
  /** Removes what killed builds left, images that are not in `keep` (references of kept images), and old layers. @param options younger than this stays; ten minutes unless told */
  sweep(
    keep: ReadonlySet<string>,
    options?: { graceMs?: number },
  ): Promise<{ removed: number; freedBytes: number }>
  /** What could go and only makes later builds faster: layers that no image in `keep` needs, and unused base images. */
  leftovers(facts: DockerLeftoverFacts): Promise<Leftover[]>
  /** Removes these leftovers, those of apps with a build under way excepted. */
  removeLeftovers(facts: DockerLeftoverFacts): Promise<void>
  /** Removes all images and layers of a deleted app. */
  forgetApp(appId: string): Promise<void>
}

export interface DockerLeftoverFacts {
  /** References of images that releases need. */
  keep: ReadonlySet<string>
  /** All base images that the platform pulled. */
  pulled: readonly PulledImage[]
  /** What is younger stays; as careful as the sweep unless told. */
  graceMs?: number
}

const GB = 1024 ** 3

/** Builds images on a Docker engine, through its HTTP API. */
export function createDockerBuilder(options: DockerBuilderOptions): DockerBuilder {
  return new EngineBuilder(options)
}

class EngineBuilder implements DockerBuilder {
  readonly kind = 'docker'
  readonly #options: DockerBuilderOptions
  readonly #keeper: ImageKeeper
  readonly #log: Logger
  /** Apps with a build under way here. */
  readonly #building = new Map<string, number>()

  constructor(options: DockerBuilderOptions) {
    this.#options = options
    this.#log = options.log.child({ part: 'docker-builder' })
    this.#keeper = new ImageKeeper({
      engine: options.engine,
      maxCacheBytes: options.maxCacheBytes ?? 10 * GB,
      isBuilding: appId => this.#building.has(appId),
      log: this.#log,
    })
  }

  async build(spec: BuildSpec): Promise<ImageResult> {
    const { engine, authOf, buildKit = false, baseImages = {}, maxContextBytes, maxStepBytes } = this.#options
    const { onPulled } = this.#options
    const startedMs = performance.now()
    const build = new DockerBuild(spec, {
      engine,
      authOf,
      buildKit,
      baseImages,
      onPulled,
      maxContextBytes: maxContextBytes ?? 2 * GB,
      maxStepBytes: maxStepBytes ?? DEFAULT_MAX_BYTES,
    })
    const result = await this.#whileBuilding(spec.app.id, () => build.run())
    this.#log.info(
      { build: spec.id, app: spec.app.slug, durationMs: Math.round(performance.now() - startedMs) },
      'build succeeded',
    )
    return result
  }

  /** An image brings its tools; what all instances get is the platform's to say. */
  async runtimeEnv(_runtime: AppRuntime): Promise<Record<string, string>> {
    return {}
  }

  sweep(
    keep: ReadonlySet<string>,
    options: { graceMs?: number } = {},
  ): Promise<{ removed: number; freedBytes: number }> {
    return this.#keeper.sweep(keep, options)
  }

  async leftovers({ keep, pulled, ...options }: DockerLeftoverFacts): Promise<Leftover[]> {
    const layers = await this.#keeper.plan(keep, { maxCacheBytes: 0, ...options })
    const bases = await findUnusedBaseImages(this.#options.engine, pulled, options)
    return [
      ...layers.map(({ image, bytes }) => ({
        kind: 'image-layer' as const,
        name: image.tags[0] ?? image.id,
        appId: image.appId,
        bytes,
      })),
      ...bases.map(({ names, bytes }) => ({ kind: 'base-image' as const, name: names.join(', '), bytes })),
    ]
  }

  async removeLeftovers({ keep, pulled, ...options }: DockerLeftoverFacts): Promise<void> {
    const { engine } = this.#options
    await this.#keeper.sweep(keep, { maxCacheBytes: 0, ...options })
    if (this.#building.size > 0) return // one of them may be about to be built on
    for (const image of await findUnusedBaseImages(engine, pulled, options))
      await removeBaseImage(engine, image)
  }

  forgetApp(appId: string): Promise<void> {
    return this.#keeper.forgetApp(appId)
  }

  async #whileBuilding<Result>(appId: string, action: () => Promise<Result>): Promise<Result> {
    this.#building.set(appId, (this.#building.get(appId) ?? 0) + 1)
    try {
      return await action()
    } finally {
      const left = this.#building.get(appId)! - 1
      if (left > 0) this.#building.set(appId, left)
      else this.#building.delete(appId)
    }
  }
}
