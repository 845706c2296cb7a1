import {
  APP_ID_LABEL,
  type DockerEngine,
  findContainer,
  INSTANCE_LABEL,
  listContainers,
  removeContainer,
} from '@seaworthy/docker'
import type { Logger } from '@seaworthy/kit'
import {
  type AttachedCommand,
  type AttachSpec,
  CommandNotRunning,
  listeningPortsOf,
} from '@seaworthy/sandbox'
import { InstanceStartFailed } from '../errors.ts'
import { prepareVolumes } from '../prepare-volumes.ts'
import type {
  CpuPace,
  CpuTime,
  Instance,
  InstanceFindings,
  InstanceSpec,
  ResourceUsage,
  Runtime,
} from '../runtime.ts'
import { AppNetworks } from './app-network.ts'
import { attachToContainer } from './container-attach.ts'
import { ContainerCpus } from './container-cpus.ts'
import { findingsOf, NOTHING_FOUND } from './container-findings.ts'
import { ContainerOutput } from './container-output.ts'
import { killedIn, orphansIn } from './container-processes.ts'
import { containerName, containerSpec } from './container-spec.ts'
import { endContainer } from './container-stop.ts'
import { processIdsOf, usageOf } from './container-usage.ts'
import { ContainerWatch } from './container-watch.ts'
import { type DockerHandle, parseDockerHandle } from './docker-handle.ts'
import { KeyedTurns } from './keyed-turns.ts'
import { type LaunchOptions, prepareLaunch } from './prepare-launch.ts'
import { RootImages } from './root-images.ts'

export interface DockerRuntimeOptions extends LaunchOptions {
  engine: DockerEngine
  log: Logger
  /** Where the networks of apps get their addresses from; 10.213.0.0/16 unless told. */
  subnetPool?: string
}

/**
 * Runs each instance in a container of the Docker engine on this host, reached at its address in the app's own
 * network. A container is never started twice: its end is the instance's end.
 */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  return new DockerRuntime(options)
}

class DockerRuntime implements Runtime {
  readonly kind = 'docker'
  readonly #options: DockerRuntimeOptions
  readonly #engine: DockerEngine
  readonly #log: Logger
  readonly #networks: AppNetworks
  /** What joins an app's network or removes it takes turns. */
  readonly #turns = new KeyedTurns()
  readonly #cpus: ContainerCpus
  readonly #rootImages: RootImages
  readonly #watches = new Map<string, ContainerWatch>()

  constructor(options: DockerRuntimeOptions) {
    this.#options = options
    this.#engine = options.engine
    this.#log = options.log.child({ runtime: this.kind })
    this.#cpus = new ContainerCpus(options.engine)
    this.#rootImages = new RootImages(options.engine)
    this.#networks = new AppNetworks({ engine: options.engine, pool: options.subnetPool })
  }

  async start(spec: InstanceSpec): Promise<Instance> {
    const { id, app, release, process } = spec
    try {
      const handle = await this.#turns.run(app.id, () => this.#launch(spec))
      this.#log.info({ instance: id, app: app.slug, release, process }, 'instance started')
      return this.#instance(id, handle, app.id)
    } catch (error) {
      throw new InstanceStartFailed({ app: app.slug, release, process }, error)
    }
  }

  async adopt(id: string, value: unknown): Promise<Instance | undefined> {
    const handle = parseDockerHandle(value)
    const found = handle && (await this.#find(id, handle))
    if (!found || found.State.Status === 'created') return undefined
    this.#log.info({ instance: id, running: found.State.Running }, 'instance adopted')
    return this.#instance(id, handle, appIdOf(found))
  }

  async stop(id: string, value: unknown, { graceMs }: { graceMs: number }): Promise<void> {
    const handle = parseDockerHandle(value)
    const found = handle && (await this.#find(id, handle))
    if (!found) return
    const watch = this.#watches.get(handle.container)
    watch?.expectEnd()
    const orphanedProcesses = graceMs > 0 ? orphansIn(found) : 0
    if (orphanedProcesses > 0) watch?.noteAtStop({ orphanedProcesses })
    const onOverstay = () => watch?.noteAtStop(killedIn(found))
    await endContainer(this.#engine, handle.container, { graceMs, onOverstay })
    // Its watch keeps the last output before the container goes.
    if (watch) await watch.exited
    else await this.#remove(handle.container, appIdOf(found))
  }

  async attach(id: string, value: unknown, spec: AttachSpec): Promise<AttachedCommand> {
    const handle = parseDockerHandle(value)
    const found = handle && (await this.#find(id, handle))
    if (!found?.State.Running) throw new CommandNotRunning()
    return attachToContainer(this.#engine, { container: found.Id, ...spec })
  }

  async sample(id: string, value: unknown): Promise<ResourceUsage> {
    const handle = parseDockerHandle(value)
    const found = handle && (await this.#find(id, handle))
    return found?.State.Running ? usageOf(this.#engine, found.Id) : { memoryBytes: 0, cpuMs: 0 }
  }

  async cpuTime(id: string, value: unknown): Promise<CpuTime | undefined> {
    const handle = parseDockerHandle(value)
    return handle && this.#cpus.timeOf(handle.container, () => this.#find(id, handle))
  }

  async setCpuPace(id: string, value: unknown, pace: CpuPace): Promise<void> {
    const handle = parseDockerHandle(value)
    const found = handle && (await this.#find(id, handle))
    if (found?.State.Running) await this.#cpus.setPace(found.Id, pace)
  }

  async outputSeenUntil(_id: string, value: unknown): Promise<number> {
    const handle = parseDockerHandle(value)
    const watch = handle && this.#watches.get(handle.container)
    return watch?.outputSeenUntil() ?? Date.now()
  }

  async examine(id: string, value: unknown): Promise<InstanceFindings> {
    const handle = parseDockerHandle(value)
    const found = handle && (await this.#find(id, handle))
    return found?.State.Running ? findingsOf(this.#engine, found) : NOTHING_FOUND
  }

  async listeningPorts(id: string, value: unknown): Promise<number[]> {
    const handle = parseDockerHandle(value)
    const found = handle && (await this.#find(id, handle))
    return found?.State.Running ? listeningPortsOf(await processIdsOf(this.#engine, found.Id)) : []
  }

  async sweep(keepIds: readonly string[]): Promise<void> {
    const kept = new Set(keepIds)
    for (const { Id, Labels } of await listContainers(this.#engine)) {
      const id = Labels[INSTANCE_LABEL]
      if (id === undefined || kept.has(id) || this.#watches.has(Id)) continue
      this.#log.info({ instance: id }, 'left instance removed')
      await removeContainer(this.#engine, Id)
    }
    await this.#networks.releaseUnused()
  }

  async close(): Promise<void> {
    for (const watch of this.#watches.values()) watch.close()
    this.#watches.clear()
  }

  /** All or nothing: what was made for a start that fails is removed. */
  async #launch(spec: InstanceSpec): Promise<DockerHandle> {
    const engine = this.#engine
    const launch = await prepareLaunch(spec, { ...this.#options, rootImages: this.#rootImages })
    await removeContainer(engine, containerName(engine, spec.id))
    await prepareVolumes(spec.volumes ?? [], launch.user)
    const network = this.#networks.nameOf(spec.app.id)
    await this.#networks.ensure(spec.app)
    try {
      const container = await engine.call('make a container', () =>
        engine.client.createContainer(containerSpec(engine, { ...launch, spec, network })),
      )
      await this.#output(spec.id, { container: container.id, outputDirectory: spec.outputDirectory }).begin()
      await engine.call('start the process', () => container.start())
      return await this.#handle(container.id, spec, launch.port)
    } catch (error) {
      await this.#removeQuietly(containerName(engine, spec.id), spec.app.id)
      throw error
    }
  }

  async #handle(container: string, spec: InstanceSpec, port: number | undefined): Promise<DockerHandle> {
    const { outputDirectory } = spec
    if (port === undefined) return { container, outputDirectory }
    const found = await findContainer(this.#engine, container)
    const host = found?.NetworkSettings.Networks[this.#networks.nameOf(spec.app.id)]?.IPAddress
    // One that ended at once has lost its address; its exit tells more than a failed start would.
    return { container, outputDirectory, address: { host: host || '127.0.0.1', port } }
  }

  #instance(id: string, handle: DockerHandle, appId: string): Instance {
    const { container, address } = handle
    const output = this.#output(id, handle)
    const watch = ContainerWatch.begin({
      engine: this.#engine,
      container,
      output,
      onEnd: async () => {
        this.#watches.delete(container)
        this.#cpus.forget(container)
        await this.#turns.run(appId, () => this.#removeQuietly(container, appId))
        output.forget()
      },
    })
    this.#watches.set(container, watch)
    return { id, handle, exited: watch.exited, ...(address ? { address } : {}) }
  }

  /** The container of exactly this instance: a handle that names another's finds nothing. */
  async #find(id: string, { container }: DockerHandle) {
    const found = await findContainer(this.#engine, container)
    return found?.Config.Labels[INSTANCE_LABEL] === id ? found : undefined
  }

  #output(id: string, { container, outputDirectory }: DockerHandle): ContainerOutput {
    return new ContainerOutput({ engine: this.#engine, container, id, directory: outputDirectory })
  }

  #remove(container: string, appId: string): Promise<void> {
    return this.#turns.run(appId, async () => {
      await removeContainer(this.#engine, container)
      await this.#networks.release(appId)
    })
  }

  /** A failing clean-up must not hide what it follows; `sweep` removes what stays. */
  async #removeQuietly(container: string, appId: string): Promise<void> {
    try {
      await removeContainer(this.#engine, container)
      await this.#networks.release(appId)
    } catch (error) {
      this.#log.warn({ container, err: error }, 'an ended instance could not be removed')
    }
  }
}

function appIdOf({ Config }: { Config: { Labels: Record<string, string> } }): string {
  return Config.Labels[APP_ID_LABEL] ?? ''
}
