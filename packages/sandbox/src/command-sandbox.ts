import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from '@seaworthy/kit'
import { AdoptedCommand, isOfEarlierBoot, isRunning } from './adopted-command.ts'
import { attachCommand } from './attached/attach-command.ts'
import type { AttachedCommand, AttachSpec } from './attached/attached-command.ts'
import { bootId } from './boot-id.ts'
import type { CommandTree, TreeUsage } from './command-tree.ts'
import { cpuWaitOf } from './cpu-wait.ts'
import { CommandStartFailed, CommandStopFailed } from './errors.ts'
import { HOSTS_FILE, writeHostsFile } from './hosts-file.ts'
import { type Confinement, type Launch, launch } from './launcher.ts'
import { listeningPortsOf } from './listening-ports.ts'
import { examineFiles } from './open-files.ts'
import { TOOLCHAINS, WORK_TREE } from './paths-inside.ts'
import type {
  CommandExit,
  CommandFindings,
  CommandHandle,
  CommandSpec,
  CpuTime,
  RunningCommand,
  Sandbox,
  SandboxPowers,
} from './sandbox.ts'
import { ensureStartable } from './start-checks.ts'
import type { TemporaryFolders } from './temporary-folders.ts'
import { countUncollected } from './uncollected-processes.ts'
import { userIdOf } from './user-id.ts'

export interface CommandSandboxOptions {
  log: Logger
  toolchainsDirectory: string
  firstUserId: number
  tree: CommandTree
  temporaryFolders: TemporaryFolders
  inheritedDescriptors: readonly number[]
  /** Undefined: commands run as the platform's own user and see its files. */
  confinement: Pick<Confinement, 'privateProc' | 'hidden' | 'scratch'> | undefined
}

/** How a command ended, as far as its process tells. */
type CommandEnd = Omit<CommandExit, 'oomKilled' | 'remains'>

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const TREE_POLL_MS = 20
/** How long SIGKILL may take. Only what hangs in the kernel takes longer. */
const KILL_DEADLINE_MS = 10_000
/** The least quota that the kernel takes. */
const MIN_CPUS = 0.01

/**
 * Life of a command: prepare (temporary folder, cgroups) → launch → watch → it ends, by itself or by `stop` →
 * `#finish` ends what it left behind and removes what was prepared. Own and adopted commands end the same way.
 */
export class CommandSandbox implements Sandbox {
  readonly powers: SandboxPowers
  readonly #log: Logger
  readonly #toolchainsDirectory: string
  readonly #firstUserId: number
  readonly #tree: CommandTree
  readonly #temporaryFolders: TemporaryFolders
  readonly #inheritedDescriptors: readonly number[]
  readonly #confinement: CommandSandboxOptions['confinement']
  readonly #starting = new Set<string>()
  readonly #running = new Map<string, RunningCommand>()
  readonly #adopted = new Map<string, AdoptedCommand>()
  readonly #stopping = new Map<string, Promise<void>>()
  /** By id: how many processes outlasted the grace period of a stop. */
  readonly #killed = new Map<string, number>()
  #isClosed = false

  constructor(options: CommandSandboxOptions) {
    this.#log = options.log
    this.#toolchainsDirectory = options.toolchainsDirectory
    this.#firstUserId = options.firstUserId
    this.#tree = options.tree
    this.#temporaryFolders = options.temporaryFolders
    this.#inheritedDescriptors = options.inheritedDescriptors
    this.#confinement = options.confinement
    const isConfined = options.confinement !== undefined
    this.powers = {
      ...{ users: isConfined, mounts: isConfined, privateProc: options.confinement?.privateProc ?? false },
      ...{ cgroups: options.tree.kind, ...options.tree.enforces },
    }
  }

  userIdOf(userNumber: number): number {
    return userIdOf(userNumber, this.#firstUserId)
  }

  async start(spec: CommandSpec): Promise<RunningCommand> {
    const { id } = spec
    if (this.#running.has(id) || this.#starting.has(id)) {
      throw new CommandStartFailed(`Command ${id} is running already.`)
    }
    this.#starting.add(id)
    try {
      return await this.#start(spec)
    } finally {
      this.#starting.delete(id)
    }
  }

  async adopt(handle: CommandHandle): Promise<RunningCommand | undefined> {
    const known = this.#running.get(handle.id)
    if (known) return isSame(known.handle, handle) ? known : undefined
    if (!(await isRunning(handle))) return this.#adoptEnded(handle)

    const adopted = new AdoptedCommand(handle)
    this.#adopted.set(handle.id, adopted)
    this.#log.info({ command: handle.id, commandPid: handle.pid }, 'command adopted')
    return this.#watch(
      handle,
      adopted.ended.then(() => ({ code: null, signal: null })),
    )
  }

  /** Nobody saw it end, but what was made for it is still there, or the host was started anew. */
  #adoptEnded(handle: CommandHandle): RunningCommand | undefined {
    const endedWithHost = isOfEarlierBoot(handle)
    if (!endedWithHost && !this.#tree.remembers(handle.id)) return undefined
    const end = { code: null, signal: null, ...(endedWithHost ? { endedWithHost } : {}) }
    return { ...this.#watch(handle, Promise.resolve(end)), hasEnded: true }
  }

  async stop(handle: CommandHandle, { graceMs }: { graceMs: number }): Promise<void> {
    const { id } = handle
    const running = this.#running.get(id)
    if (this.#starting.has(id) || (running && !isSame(running.handle, handle))) return // its successor has the id now
    const ending = this.#stopping.get(id) ?? this.#endGracefully(handle, graceMs)
    this.#stopping.set(id, ending)
    await ending.finally(() => this.#stopping.delete(id))
    if (!running) return this.#cleanUp(handle)
    await this.#adopted.get(id)?.check()
    await running.exited
  }

  attach(handle: CommandHandle, spec: AttachSpec): Promise<AttachedCommand> {
    const isConfined = this.#confinement !== undefined
    return attachCommand({
      ...spec,
      ...{ id: randomUUID(), handle, joinFiles: this.#tree.joinFiles(handle.id), isConfined },
    })
  }

  sample(handle: CommandHandle): Promise<TreeUsage> {
    return this.#tree.usage(handle)
  }

  async examine(handle: CommandHandle): Promise<CommandFindings> {
    const named = await this.#temporaryFolders.sizeOf(handle.id)
    const pids = await this.#tree.pids(handle)
    const { deletedBytes, openFiles } = await examineFiles(pids)
    const strain = this.#tree.strain(handle.id)
    // Looking at each process of the host is for those that are at their limit.
    const uncollected = strain.refusedProcesses > 0 ? await countUncollected(pids) : 0
    const cpuWaitMs = await cpuWaitOf(pids)
    return { diskBytes: named + deletedBytes, openFiles, ...strain, cpuWaitMs, uncollected }
  }

  async setPace({ id }: CommandHandle, pace: { cpuShare: number; cpus?: number }): Promise<void> {
    const cpus = (pace.cpus ?? availableParallelism()) * pace.cpuShare
    await this.#tree.setCpus(id, Math.max(MIN_CPUS, cpus))
  }

  cpuTime({ id }: CommandHandle): CpuTime | undefined {
    return this.#tree.cpuTime(id)
  }

  spareCpu({ id }: CommandHandle, spares: boolean): Promise<void> {
    return this.#tree.spareCpu(id, spares)
  }

  async listeningPorts(handle: CommandHandle): Promise<number[]> {
    return listeningPortsOf(await this.#tree.pids(handle))
  }

  async sweep(keepIds: readonly string[]): Promise<void> {
    const found = new Map<string, CommandHandle>()
    for (const id of await this.#temporaryFolders.ids()) found.set(id, { id, pid: 0, pidStartTicks: 0 })
    for (const handle of await this.#tree.list()) found.set(handle.id, handle)
    for (const handle of found.values()) {
      const isKept = keepIds.includes(handle.id) && handle.pid > 0
      if (isKept || this.#running.has(handle.id) || this.#starting.has(handle.id)) continue
      this.#log.info({ command: handle.id, commandPid: handle.pid }, 'left-over command swept')
      await this.#cleanUp(handle)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const adopted of this.#adopted.values()) adopted.forget()
    this.#adopted.clear()
    this.#running.clear()
    this.#tree.close()
  }

  async prepareWorkTree(directory: string, userNumber: number): Promise<void> {
    if (!this.powers.users) return
    const owner = this.userIdOf(userNumber)
    // chown(1) walks a tree of 50,000 files far faster than we would. -h and -P: links are not followed.
    await promisify(execFile)('chown', ['-R', '-h', '-P', `${owner}:${owner}`, '--', directory])
  }

  async #start(spec: CommandSpec): Promise<RunningCommand> {
    const userId = this.powers.users ? this.userIdOf(spec.userNumber) : undefined
    const env = this.#environment(spec)
    await ensureStartable({ spec, env, toolchainsDirectory: this.#toolchainsDirectory, userId })
    try {
      await this.#temporaryFolders.make(spec.id, userId)
      await this.#tree.prepare(spec.id, spec.limits)
      const hostsFile = await this.#writeHosts(spec)
      const { pid, pidStartTicks, ended, unref } = await launch(this.#plan(spec, env, hostsFile))
      unref()
      if (hostsFile) await rm(hostsFile, { force: true }) // the mount keeps its content
      this.#log.info({ command: spec.id, commandPid: pid }, 'command started')
      return this.#watch({ id: spec.id, pid, pidStartTicks, ...namedBoot() }, ended, spec.lingerMs)
    } catch (error) {
      await this.#cleanUp({ id: spec.id, pid: 0, pidStartTicks: 0 })
      throw this.#startFailure(spec.id, error)
    }
  }

  #environment({ id, env }: CommandSpec): Record<string, string> {
    const temporary = this.#confinement ? '/tmp' : this.#temporaryFolders.path(id)
    return { PATH: DEFAULT_PATH, HOME: temporary, TMPDIR: temporary, ...env, ...this.#tree.environment(id) }
  }

  async #writeHosts({ id, hosts = {} }: CommandSpec): Promise<string | undefined> {
    if (!this.#confinement || Object.keys(hosts).length === 0) return undefined
    const file = this.#temporaryFolders.hostsFile(id)
    return (await writeHostsFile(file, hosts)) ? file : undefined
  }

  #plan(spec: CommandSpec, env: Launch['env'], hostsFile: string | undefined): Launch {
    const { id, argv, directory, writable, output, userNumber } = spec
    const inheritedDescriptors = this.#inheritedDescriptors
    const { openFiles } = spec.limits
    const plan = {
      ...{ argv, directory, env, output, inheritedDescriptors, joinFiles: this.#tree.joinFiles(id) },
      ...(openFiles === undefined ? {} : { openFiles }),
    }
    if (!this.#confinement) return plan
    const mounts = [
      { source: directory, target: WORK_TREE, writable },
      { source: this.#toolchainsDirectory, target: TOOLCHAINS, writable: false },
      ...(hostsFile ? [{ source: hostsFile, target: HOSTS_FILE, writable: false }] : []),
      ...outermostFirst(spec.volumes ?? []).map(one => ({ ...one, writable: true, makesRoom: true })),
      { source: this.#temporaryFolders.path(id), target: '/tmp', writable: true }, // last: it may cover the sources
    ]
    const confinement = { ...this.#confinement, userId: this.userIdOf(userNumber), mounts }
    return { ...plan, directory: WORK_TREE, confinement }
  }

  #startFailure(id: string, error: unknown): CommandStartFailed {
    this.#log.warn({ command: id, err: error }, 'command could not be started')
    return error instanceof CommandStartFailed ? error : CommandStartFailed.bySystem(error)
  }

  #watch(handle: CommandHandle, ended: Promise<CommandEnd>, lingerMs = 0): RunningCommand {
    const running = { handle, exited: ended.then(end => this.#finish(handle, end, lingerMs)) }
    this.#running.set(handle.id, running)
    return running
  }

  async #finish(handle: CommandHandle, end: CommandEnd, lingerMs: number): Promise<CommandExit> {
    if (this.#isClosed) return { ...end, oomKilled: false }
    await this.#stopping.get(handle.id)?.catch(() => {}) // its children still have the rest of the grace period
    const oomKilled = end.code !== 0 && (await this.#tree.oomKilled(handle.id))
    const killedProcesses = await this.#killedOf(handle, lingerMs)
    const exit = { ...end, oomKilled, remains: { killedProcesses, ...this.#tree.strain(handle.id) } }
    await this.#cleanUp(handle).catch((err: unknown) => {
      this.#log.error({ command: handle.id, err }, 'what a command left could not be removed')
    })
    this.#running.delete(handle.id)
    this.#adopted.delete(handle.id)
    this.#log.info({ command: handle.id, ...exit }, 'command ended')
    return exit
  }

  async #endGracefully(handle: CommandHandle, graceMs: number): Promise<void> {
    if (graceMs > 0) await this.#tree.signal(handle, 'SIGTERM')
    const isEmpty = await this.#waitUntilEmpty(handle, graceMs)
    if (isEmpty) return
    this.#log.warn({ command: handle.id, graceMs }, 'grace period over, killing command')
    if (graceMs > 0 && this.#running.has(handle.id))
      this.#killed.set(handle.id, (await this.#tree.pids(handle)).length)
    await this.#killAll(handle)
  }

  /** Processes that have to be killed, or had to be in its stop, although they had time to end by themselves. */
  async #killedOf(handle: CommandHandle, lingerMs: number): Promise<number> {
    const killed = this.#killed.get(handle.id) ?? 0
    this.#killed.delete(handle.id)
    if (lingerMs === 0 || (await this.#waitUntilEmpty(handle, lingerMs))) return killed
    return killed + (await this.#tree.pids(handle)).length
  }

  /** Ends what runs of a command and removes what was made for it. */
  async #cleanUp(handle: CommandHandle): Promise<void> {
    await this.#killAll(handle)
    await this.#tree.remove(handle.id)
    await this.#temporaryFolders.remove(handle.id)
  }

  async #killAll(handle: CommandHandle): Promise<void> {
    const deadline = performance.now() + KILL_DEADLINE_MS
    for (;;) {
      const pids = await this.#tree.pids(handle)
      if (pids.length === 0) return
      if (performance.now() > deadline) throw new CommandStopFailed(handle.id, pids)
      await this.#tree.kill(handle)
      await this.#waitUntilEmpty(handle, TREE_POLL_MS)
    }
  }

  async #waitUntilEmpty(handle: CommandHandle, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    // Most end within a few milliseconds of the signal; the rest need not be asked so often.
    for (let pauseMs = 1; (await this.#tree.pids(handle)).length > 0; pauseMs *= 2) {
      if (performance.now() >= deadline) return false
      await sleep(Math.min(pauseMs, TREE_POLL_MS))
    }
    return true
  }
}

/** One volume may lie within another. */
function outermostFirst(volumes: NonNullable<CommandSpec['volumes']>): NonNullable<CommandSpec['volumes']> {
  return volumes.toSorted((one, other) => one.target.length - other.target.length)
}

function isSame(one: CommandHandle, other: CommandHandle): boolean {
  return one.pid === other.pid && one.pidStartTicks === other.pidStartTicks
}

function namedBoot(): Pick<CommandHandle, 'bootId'> {
  const id = bootId()
  return id === undefined ? {} : { bootId: id }
}
