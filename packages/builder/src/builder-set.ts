import { AppError, type Logger } from '@seaworthy/kit'
import type { AppRuntime, Builder, BuildResult, BuildSpec } from './builder.ts'
import { type BuilderChoice, chooseBuilder } from './choose-builder.ts'
import { readSource } from './detect/read-source.ts'
import type { DockerBuilder, DockerLeftoverFacts } from './docker/docker-builder.ts'
import { BuildFailed } from './errors.ts'
import type { HostBuilder, HostLeftoverFacts } from './host/host-builder.ts'
import { findSystemPython } from './host/system-python.ts'
import type { Leftover } from './leftovers.ts'

export interface BuilderSetOptions {
  host: HostBuilder
  /** Connects when a build first needs it. Rejects with the reason where no engine answers. */
  docker: () => Promise<DockerBuilder>
  /** Whether an engine was ever used: only then is there something on it to look after. */
  wasDockerUsed: () => boolean
  log: Logger
}

/** Both builders as one: each source goes to the one that can build it. */
export class BuilderSet implements Builder {
  readonly kind = 'auto'
  readonly #options: BuilderSetOptions

  constructor(options: BuilderSetOptions) {
    this.#options = options
  }

  async build(spec: BuildSpec): Promise<BuildResult> {
    const choice = await choiceFor(spec.sourceDirectory)
    if (choice.builder === 'host') return this.#options.host.build(spec)
    const docker = await this.#options.docker().catch((error: unknown) => {
      throw withoutEngine(choice, error)
    })
    return docker.build(spec)
  }

  /** Who would build this source, before anything is begun. */
  async builderFor(sourceDirectory: string): Promise<BuilderChoice['builder']> {
    return (await choiceFor(sourceDirectory)).builder
  }

  runtimeEnv(runtime: AppRuntime): Promise<Record<string, string>> {
    return this.#options.host.runtimeEnv(runtime.kind === 'image' ? { kind: 'static' } : runtime)
  }

  /** Removes what earlier runs of the platform left of builds. Call it at start. */
  async sweep(): Promise<void> {
    await this.#options.host.sweep()
  }

  /** Removes images that no release needs, and layers beyond the cache's bound. @param keep references of artifacts */
  sweepImages(keep: ReadonlySet<string>): Promise<void> {
    return this.#onEngine(docker => docker.sweep(keep))
  }

  /** What builds left and nothing needs any more; without what is on an engine that is away. */
  async leftovers(facts: HostLeftoverFacts & DockerLeftoverFacts): Promise<Leftover[]> {
    const found = await this.#options.host.leftovers(facts)
    await this.#onEngine(async docker => found.push(...(await docker.leftovers(facts))))
    return found
  }

  async removeLeftovers(facts: HostLeftoverFacts & DockerLeftoverFacts): Promise<void> {
    await this.#options.host.removeLeftovers(facts)
    await this.#onEngine(docker => docker.removeLeftovers(facts))
  }

  /** Removes the caches and images of a deleted app. */
  async forgetApp(appId: string): Promise<void> {
    await this.#options.host.forgetApp(appId)
    await this.#onEngine(docker => docker.forgetApp(appId))
  }

  /** An engine that is away for a while must not hold up the rest: the next sweep finds what is left. */
  async #onEngine(action: (docker: DockerBuilder) => Promise<unknown>): Promise<void> {
    const { docker, wasDockerUsed, log } = this.#options
    if (!wasDockerUsed()) return
    await docker()
      .then(action)
      .catch(error => log.warn({ err: error }, 'images of builds could not be looked after'))
  }
}

/** A source that cannot be read goes to the host builder, which says what is wrong in its own steps. */
async function choiceFor(sourceDirectory: string): Promise<BuilderChoice> {
  try {
    const { facts, manifest } = await readSource(sourceDirectory)
    const hasPython = await findSystemPython({ needsPip: false }).then(
      () => true,
      () => false,
    )
    return chooseBuilder(facts, manifest, { hasPython })
  } catch {
    return { builder: 'host', why: '', hostMayDo: true }
  }
}

function withoutEngine({ why, hostMayDo }: BuilderChoice, cause: unknown): unknown {
  if (!(cause instanceof AppError) || !cause.isOperational) return cause
  const otherwise = hostMayDo
    ? ' To build it without Docker, set "build": { "builder": "host" } in seaworthy.json.'
    : ''
  return new BuildFailed(
    `${why}, so it is built as an image, which needs a Docker engine. ${cause.message}`,
    { step: 'detect', exitCode: null, lastLines: [], hint: otherwise.trim() || undefined },
    { cause },
  )
}
