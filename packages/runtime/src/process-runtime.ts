import { join } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import {
  type AttachedCommand,
  type AttachSpec,
  type CommandExit,
  CommandNotRunning,
  parseCommandLine,
  type RunningCommand,
  type Sandbox,
} from '@seaworthy/sandbox'
import { CommandMissing, ImageNeedsDocker, InstanceStartFailed, VolumesNeedMounts } from './errors.ts'
import { type InstanceHandle, parseInstanceHandle } from './instance-handle.ts'
import { PortAllocator, type PortRange } from './port-allocator.ts'
import { prepareVolumes } from './prepare-volumes.ts'
import type {
  CpuPace,
  CpuTime,
  Instance,
  InstanceExit,
  InstanceFindings,
  InstanceSpec,
  ResourceUsage,
  Runtime,
  VolumeMount,
} from './runtime.ts'

export interface ProcessRuntimeOptions {
  sandbox: Sandbox
  log: Logger
  /** Where the PORT of an instance is chosen from; 20000 to 29999 unless told. */
  portRange?: PortRange
}

/** Runs each instance as a process of this host, in the sandbox. The address is on the loopback interface. */
export function createProcessRuntime(options: ProcessRuntimeOptions): Runtime {
  return new ProcessRuntime(options)
}

const HOST = '127.0.0.1'

class ProcessRuntime implements Runtime {
  readonly kind = 'process'
  readonly #sandbox: Sandbox
  readonly #log: Logger
  readonly #ports: PortAllocator
  /** Instances that are kept off one CPU. */
  readonly #sparing = new Set<string>()

  constructor({ sandbox, log, portRange }: ProcessRuntimeOptions) {
    this.#sandbox = sandbox
    this.#log = log.child({ runtime: this.kind })
    this.#ports = new PortAllocator({ range: portRange })
  }

  async start(spec: InstanceSpec): Promise<Instance> {
    const { id, app, release, process } = spec
    let port: number | undefined
    try {
      port = spec.needsPort ? await this.#ports.take() : undefined
      const command = await this.#startCommand(spec, port)
      this.#log.info({ instance: id, app: app.slug, release, process, port }, 'instance started')
      return this.#instance(id, command, port)
    } catch (error) {
      if (port !== undefined) this.#ports.release(port)
      throw new InstanceStartFailed({ app: app.slug, release, process }, error)
    }
  }

  async adopt(id: string, value: unknown): Promise<Instance | undefined> {
    const handle = parseInstanceHandle(value)
    const command = handle && (await this.#sandbox.adopt(handle.command))
    if (!command) return undefined
    if (command.hasEnded) return { id, handle, exited: command.exited.then(exitOf), hasEnded: true }
    if (handle.port !== undefined) this.#ports.claim(handle.port)
    this.#log.info({ instance: id, port: handle.port }, 'instance adopted')
    return this.#instance(id, command, handle.port)
  }

  async stop(_id: string, value: unknown, options: { graceMs: number }): Promise<void> {
    const handle = parseInstanceHandle(value)
    if (handle) await this.#sandbox.stop(handle.command, options)
  }

  async attach(_id: string, value: unknown, spec: AttachSpec): Promise<AttachedCommand> {
    const handle = parseInstanceHandle(value)
    if (!handle) throw new CommandNotRunning()
    return this.#sandbox.attach(handle.command, spec)
  }

  async sample(_id: string, value: unknown): Promise<ResourceUsage> {
    const handle = parseInstanceHandle(value)
    if (!handle) return { memoryBytes: 0, cpuMs: 0 }
    return this.#sandbox.sample(handle.command)
  }

  async cpuTime(id: string, value: unknown): Promise<CpuTime | undefined> {
    const handle = parseInstanceHandle(value)
    if (!handle) return undefined
    if (this.#sparing.has(id)) await this.#sandbox.spareCpu(handle.command, true)
    return this.#sandbox.cpuTime(handle.command)
  }

  async setCpuPace(id: string, value: unknown, { share, cpus, sparesCpu }: CpuPace): Promise<void> {
    const handle = parseInstanceHandle(value)
    if (!handle) return
    if (sparesCpu) this.#sparing.add(id)
    else this.#sparing.delete(id)
    await this.#sandbox.setPace(handle.command, { cpuShare: share, ...(cpus === undefined ? {} : { cpus }) })
    await this.#sandbox.spareCpu(handle.command, sparesCpu)
  }

  async examine(_id: string, value: unknown): Promise<InstanceFindings> {
    const handle = parseInstanceHandle(value)
    return handle
      ? this.#sandbox.examine(handle.command)
      : { diskBytes: 0, openFiles: 0, refusedProcesses: 0, memoryKills: 0, throttledMs: 0, uncollected: 0 }
  }

  async listeningPorts(_id: string, value: unknown): Promise<number[]> {
    const handle = parseInstanceHandle(value)
    return handle ? this.#sandbox.listeningPorts(handle.command) : []
  }

  sweep(keepIds: readonly string[]): Promise<void> {
    return this.#sandbox.sweep(keepIds)
  }

  async close(): Promise<void> {
    this.#sandbox.close()
  }

  async #startCommand(spec: InstanceSpec, port: number | undefined): Promise<RunningCommand> {
    const { id, app, artifact, command, limits, hosts, outputDirectory } = spec
    if (artifact.kind === 'image') throw new ImageNeedsDocker()
    if (command === undefined) throw new CommandMissing()
    const volumes = await this.#prepareVolumes(spec)
    const env = port === undefined ? spec.env : { ...spec.env, PORT: String(port), HOST }
    return this.#sandbox.start({
      id,
      argv: parseCommandLine(command, env),
      directory: artifact.directory,
      writable: false,
      env,
      userNumber: app.userNumber,
      limits,
      ...(hosts ? { hosts } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
      output: { stdout: join(outputDirectory, `${id}.out`), stderr: join(outputDirectory, `${id}.err`) },
    })
  }

  async #prepareVolumes({ volumes = [], app }: InstanceSpec): Promise<readonly VolumeMount[]> {
    if (volumes.length === 0) return []
    if (!this.#sandbox.powers.mounts) throw new VolumesNeedMounts()
    await prepareVolumes(volumes, String(this.#sandbox.userIdOf(app.userNumber)))
    return volumes
  }

  #instance(
    id: string,
    { handle: command, exited: ended }: RunningCommand,
    port: number | undefined,
  ): Instance {
    const exited = ended.then(exitOf).finally(() => this.#sparing.delete(id))
    if (port === undefined) return { id, handle: { command } satisfies InstanceHandle, exited }
    const handle: InstanceHandle = { command, port }
    return {
      id,
      address: { host: HOST, port },
      handle,
      exited: exited.finally(() => this.#ports.release(port)),
    }
  }
}

function exitOf({ remains, ...exit }: CommandExit): InstanceExit {
  const killedProcesses = remains?.killedProcesses ?? 0
  return killedProcesses > 0 ? { ...exit, killedProcesses } : exit
}
