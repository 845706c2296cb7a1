import type { CommandFindings, CommandHandle, CommandLimits, CpuTime, SandboxPowers } from './sandbox.ts'

/**
 * Everything that a command started, as far as this host can tell. Drivers: cgroup v1, cgroup v2, process group.
 * Commands are told apart by id; the methods that take a handle also need the leader's pid.
 */
export interface CommandTree {
  readonly kind: SandboxPowers['cgroups']
  readonly enforces: Pick<
    SandboxPowers,
    'memoryLimit' | 'cpuLimit' | 'processLimit' | 'ioWeights' | 'spareCpu'
  >
  /** Before the start: makes what the command will be put into, with its limits. */
  prepare(id: string, limits: CommandLimits): Promise<void>
  /** The cgroup.procs files that the launcher joins before it becomes the command. */
  joinFiles(id: string): string[]
  /** What the command's environment must carry so that its children are found again. */
  environment(id: string): Record<string, string>
  /** The pids that run now. Empty when nothing is left. */
  pids(handle: CommandHandle): Promise<number[]>
  /** SIGTERM or the like to each process once. */
  signal(handle: CommandHandle, signal: NodeJS.Signals): Promise<void>
  /** One round of SIGKILL to all. The caller repeats it until `pids` is empty. */
  kill(handle: CommandHandle): Promise<void>
  usage(handle: CommandHandle): Promise<TreeUsage>
  /** Changes how much CPU time the tree gets; does nothing where none is limited. */
  setCpus(id: string, cpus: number): Promise<void>
  /**
   * Keeps the tree off one CPU, which is left to others, unless very many processes are in it; or lets it use all. Does
   * nothing where that cannot be had.
   */
  spareCpu(id: string, spares: boolean): Promise<void>
  /** From the kernel, at little cost. Undefined where no cgroup counts it. */
  cpuTime(id: string): CpuTime | undefined
  /** Where it ran into its limits so far. */
  strain(id: string): Pick<CommandFindings, 'refusedProcesses' | 'memoryKills' | 'throttledMs'>
  /** Whether the kernel ended a process of the tree for its memory limit. */
  oomKilled(id: string): Promise<boolean>
  /** After the end: takes away what `prepare` made. Idempotent. */
  remove(id: string): Promise<void>
  /** Commands that are known on this host, running or not, with a pid of each where one is known. */
  list(): Promise<CommandHandle[]>
  /** Whether something is left that was made for the command, although it may have ended. */
  remembers(id: string): boolean
  /** Takes away the parent of all commands, unless some are left in it. */
  close(): void
}

export interface TreeUsage {
  memoryBytes: number
  cpuMs: number
  processes: number
}
