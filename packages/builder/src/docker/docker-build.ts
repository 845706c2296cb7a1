import type { DockerEngine, RegistryAuth } from '@seaworthy/docker'
import { AppError } from '@seaworthy/kit'
import { packContext } from '@seaworthy/source/pack'
import { type BuildMemory, buildMemory } from '../build-memory.ts'
import type { BuildSpec, ImageResult } from '../builder.ts'
import { readSource } from '../detect/read-source.ts'
import { BuildCancelled, BuildFailed, BuildTimedOut } from '../errors.ts'
import { BuildSteps } from '../host/build-steps.ts'
import { MANIFEST_FILE } from '../manifest.ts'
import { readInside } from '../read-inside.ts'
import type { PulledImage } from './base-image-removal.ts'
import { fetchBaseImages } from './base-images.ts'
import { BuildContainers } from './build-containers.ts'
import { buildLabels, labelsInDockerfile } from './build-labels.ts'
import { BuildOutput, type DockerfileStep } from './build-output.ts'
import { runEngineBuild } from './build-request.ts'
import { BuildKitSteps, buildMark } from './buildkit-steps.ts'
import { type DockerPlan, planDockerBuild } from './docker-plan.ts'
import { type Dockerfile, parseDockerfile } from './dockerfile.ts'
import { buildKitNeeds, checkDockerfile, type DockerfileProblem, imagesOf } from './dockerfile-checks.ts'
import { explainFailure } from './explain-failure.ts'
import { imageResult } from './image-result.ts'
import { findSecretsInImage } from './image-secrets.ts'
import { ownedDockerfile } from './owned-dockerfile.ts'
import { rootWithVolume } from './root-with-volume.ts'

export interface DockerBuildParts {
  engine: DockerEngine
  /** What an app signs in to a registry with. */
  authOf?: (registry: string, appId: string) => Promise<RegistryAuth | undefined>
  /** Whether Dockerfiles that need BuildKit may have it. */
  buildKit: boolean
  /** By language or tool, for generated Dockerfiles: see `base-image-names.ts`. */
  baseImages: Readonly<Record<string, string>>
  onPulled?: ((image: PulledImage) => Promise<void>) | undefined
  maxContextBytes: number
  maxStepBytes: number
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/** One build: detect → prepare → build → collect. Whatever happens, nothing of it is left but the image and its layers. */
export class DockerBuild {
  readonly #spec: BuildSpec
  readonly #parts: DockerBuildParts
  readonly #deadline = new AbortController()
  readonly #tooMuch = new AbortController()
  readonly #signal: AbortSignal
  readonly #steps: BuildSteps

  constructor(spec: BuildSpec, parts: DockerBuildParts) {
    this.#spec = spec
    this.#parts = parts
    this.#signal = AbortSignal.any([spec.signal, this.#deadline.signal])
    this.#steps = new BuildSteps({ log: spec.log, signal: this.#signal })
  }

  /** @throws {BuildFailed | BuildCancelled | BuildTimedOut} */
  async run(): Promise<ImageResult> {
    const timer = setTimeout(() => this.#deadline.abort(), this.#spec.deadlineMs)
    try {
      const { plan, memory } = await this.#detect()
      const file = await this.#prepare(plan)
      const imageId = await this.#build(plan, file, memory)
      return await this.#collect(plan, imageId)
    } catch (error) {
      throw this.#explain(error)
    } finally {
      clearTimeout(timer)
    }
  }

  #detect(): Promise<{ plan: DockerPlan; memory: BuildMemory }> {
    return this.#steps.run({ name: 'detect', title: 'Find out what this app is' }, async () => {
      const { sourceDirectory, limits } = this.#spec
      const source = await readSource(sourceDirectory)
      const plan = await planDockerBuild({
        ...source,
        baseImages: this.#parts.baseImages,
        read: path => readInside(sourceDirectory, path),
      })
      this.#steps.remark(plan.title)
      if (plan.isGenerated) this.#showGenerated(plan)
      const text = source.facts.texts[MANIFEST_FILE]
      return { plan, memory: buildMemory({ givenMb: limits.memoryMb, manifest: source.manifest, text }) }
    })
  }

  #showGenerated({ text }: DockerPlan): void {
    this.#steps.remark('The Dockerfile that this is built with (keep it as yours to change it):')
    for (const line of text.trimEnd().split('\n')) this.#steps.remark(`  ${line}`)
  }

  #prepare(plan: DockerPlan): Promise<Dockerfile> {
    return this.#steps.run(
      { name: 'prepare', title: 'Check the Dockerfile and fetch its base images' },
      async () => {
        const { engine, buildKit, authOf, onPulled } = this.#parts
        const { secretNames = [], app } = this.#spec
        const file = parseDockerfile(plan.text, this.#buildArgs(plan))
        this.#refuse(plan, checkDockerfile(file, { secretNames, buildKit, target: plan.target }))
        const found = await fetchBaseImages(imagesOf(file), {
          engine,
          appId: app.id,
          authOf,
          remark: text => this.#steps.remark(text),
          onPulled,
          signal: this.#signal,
        })
        this.#refuse(plan, found)
        this.#refuse(plan, await rootWithVolume(engine, { plan, file }))
        return file
      },
    )
  }

  #refuse({ path }: DockerPlan, problems: readonly DockerfileProblem[]): void {
    if (problems.length === 0) return
    const told = problems.slice(0, 5).map(({ line, message }) => `${path}, line ${line}: ${message}`)
    throw this.#failed(told.join(' '))
  }

  /** What the manifest gives, and plain env of the app; a value is used only where the Dockerfile declares the ARG. */
  #buildArgs({ args }: Pick<DockerPlan, 'args'>): Record<string, string> {
    const { env, secretNames = [] } = this.#spec
    const plain = Object.entries(env).filter(([name]) => !secretNames.includes(name))
    return { ...Object.fromEntries(plain), ...args }
  }

  #build(plan: DockerPlan, file: Dockerfile, memory: BuildMemory): Promise<string> {
    return this.#steps.run({ name: 'build', title: 'Build the image' }, async cached => {
      const { engine, maxStepBytes } = this.#parts
      const labels = buildLabels(engine, this.#spec.app.id)
      const containers = new BuildContainers({
        engine,
        labels,
        limits: { ...this.#spec.limits, memoryMb: memory.limitMb },
        maxStepBytes,
        observe: this.#spec.observe,
        signal: this.#signal,
        onTooLarge: () => this.#tooMuch.abort(this.#wroteTooMuch()),
        remark: text => this.#steps.remark(text),
      })
      const usesBuildKit = this.#parts.buildKit && buildKitNeeds(file).length > 0
      const kitSteps = usesBuildKit ? this.#kitSteps(memory) : undefined
      await containers.start()
      try {
        if (kitSteps) await this.#limitFromOutside(kitSteps, memory)
        return await this.#runInEngine({ plan, file, memory }, { containers, kitSteps }, cached)
      } finally {
        await kitSteps?.close()
        await containers.close()
      }
    })
  }

  async #runInEngine(
    { plan, file, memory }: { plan: DockerPlan; file: Dockerfile; memory: BuildMemory },
    { containers, kitSteps }: { containers: BuildContainers; kitSteps?: BuildKitSteps },
    cached: () => void,
  ): Promise<string> {
    const { engine, maxStepBytes } = this.#parts
    const usesBuildKit = kitSteps !== undefined
    const labels = labelsInDockerfile(engine, this.#spec.app.id)
    const text = usesBuildKit ? plan.text : ownedDockerfile(plan.text, file, labels)
    const output = new BuildOutput({ log: this.#spec.log, steps: stepsOf(file), maxBytes: MAX_OUTPUT_BYTES })
    const signal = AbortSignal.any([this.#signal, this.#tooMuch.signal])
    const { stream } = await this.#packContext(plan, text)
    const messages = runEngineBuild(engine, {
      context: stream,
      dockerfile: plan.path,
      target: plan.target,
      buildArgs: this.#declaredArgs(plan, file),
      labels: usesBuildKit ? buildLabels(engine, this.#spec.app.id) : {},
      limits: { ...this.#spec.limits, memoryMb: memory.limitMb },
      maxFileBytes: maxStepBytes,
      secrets: usesBuildKit ? this.#secrets() : undefined,
      mark: buildMark(engine, this.#spec.app.id),
      buildId: this.#spec.id,
      signal,
    })
    try {
      for await (const message of messages) {
        output.take(message)
        signal.throwIfAborted()
        if (output.isTooLarge)
          throw this.#failed(
            'The step "build" was stopped: it printed more than 16 MB.',
            'Make the build print less.',
          )
      }
    } finally {
      output.end()
      stream.destroy()
    }
    if (output.failure || !output.imageId) {
      throw explainFailure(output, {
        path: plan.path,
        memory,
        oomKilled: containers.oomKilled || kitSteps?.oomKilled === true,
        maxStepBytes,
      })
    }
    if (output.isCached) cached()
    return output.imageId
  }

  #kitSteps({ limitMb }: BuildMemory): BuildKitSteps {
    const { engine } = this.#parts
    const { app, limits, observe } = this.#spec
    return new BuildKitSteps({
      engine,
      mark: buildMark(engine, app.id),
      limits: { ...limits, memoryMb: limitMb },
      observe,
      remark: text => this.#steps.remark(text),
    })
  }

  /** The engine sets no limits: https://github.com/moby/buildkit/issues/593. Better told than trusted in vain. */
  async #limitFromOutside(steps: BuildKitSteps, { limitMb }: BuildMemory): Promise<void> {
    if ((await steps.start()) || limitMb === undefined) return
    this.#steps.remark(
      'note: this Dockerfile needs BuildKit, to whose steps the engine sets no limits, and the platform can set them ' +
        `only as root and on the same server as the engine: the ${limitMb} MB of memory do not hold`,
    )
  }

  async #packContext(plan: DockerPlan, text: string) {
    const { sourceDirectory } = this.#spec
    return packContext(sourceDirectory, {
      ignored: (await readInside(sourceDirectory, '.dockerignore')) ?? plan.ignored,
      replaced: { [plan.path]: text },
      maxBytes: this.#parts.maxContextBytes,
    })
  }

  /** The engine warns of arguments that nothing declares. */
  #declaredArgs(plan: DockerPlan, { instructions }: Dockerfile): Record<string, string> {
    const declared = instructions
      .filter(({ keyword }) => keyword === 'ARG')
      .flatMap(({ rest }) => rest.split(/\s+/))
    const names = new Set(declared.map(part => part.split('=')[0]!))
    const all = { ...this.#buildArgs(plan) }
    return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)))
  }

  #secrets(): Record<string, string> {
    const { env, secretNames = [] } = this.#spec
    return Object.fromEntries(
      secretNames.filter(name => env[name] !== undefined).map(name => [name, env[name]!]),
    )
  }

  #collect(plan: DockerPlan, imageId: string): Promise<ImageResult> {
    return this.#steps.run({ name: 'collect', title: 'Look at the image' }, async () => {
      const { engine } = this.#parts
      const found = await findSecretsInImage(engine, imageId, this.#secrets(), this.#signal)
      if (found.length > 0) {
        await engine.client.getImage(imageId).remove({ force: true })
        throw this.#failed(
          `The build wrote the secret ${found.join(' and ')} into the image, where everybody can read it who has the image.`,
          'Use "RUN --mount=type=secret" for what the build needs; the running app has its secrets in its env.',
        )
      }
      return imageResult(engine, { imageId, plan, app: this.#spec.app })
    })
  }

  #wroteTooMuch(): BuildFailed {
    const limit = `${Math.round(this.#parts.maxStepBytes / 1_048_576)} MB`
    return this.#failed(
      `The step "build" was stopped: it wrote more than ${limit}.`,
      'Make the build write less.',
    )
  }

  #explain(error: unknown): unknown {
    const step = this.#steps.current
    if (this.#spec.signal.aborted) return new BuildCancelled(step)
    if (this.#deadline.signal.aborted) return new BuildTimedOut(step, this.#spec.deadlineMs)
    if (this.#tooMuch.signal.aborted) return this.#tooMuch.signal.reason
    if (error instanceof BuildFailed) return error
    if (error instanceof AppError && error.isOperational) return this.#failed(error.message, undefined, error)
    return error instanceof Error && error.name === 'TreeProblem'
      ? this.#failed(error.message, undefined, error)
      : error
  }

  #failed(message: string, hint?: string, cause?: unknown): BuildFailed {
    return new BuildFailed(
      message,
      { step: this.#steps.current, exitCode: null, lastLines: [], hint },
      { cause },
    )
  }
}

/** As the engine counts them: with the labels that the platform puts behind each FROM. */
function stepsOf({ instructions }: Dockerfile): DockerfileStep[] {
  return instructions.flatMap(({ keyword, rest, line }) => {
    const step = { text: `${keyword} ${rest}`, line }
    return keyword === 'FROM' ? [step, { text: 'LABEL' }] : [step]
  })
}
