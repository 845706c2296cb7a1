import type { DockerEngine, RegistryAuth } from '@seaworthy/docker'
import type { Logger } from '@seaworthy/kit'
import { DEFAULT_MAX_BYTES } from '../build-strain.ts'
import type { AppRuntime, Builder, BuildSpec, ImageResult } from '../builder.ts'
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
  /** Removes what killed builds left, images that are not in `keep` (references of kept images), and old layers. */
  sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }>
  /** Removes all images and layers of a deleted app. */
  forgetApp(appId: string): Promise<void>
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
    const startedMs = performance.now()
    const build = new DockerBuild(spec, {
      engine,
      authOf,
      buildKit,
      baseImages,
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

  sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }> {
    return this.#keeper.sweep(keep)
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
