import type { AttachedCommand, AttachSpec } from './attached/attached-command.ts'

/**
 * How a command of an app (a build step or an instance) is started on this host: as which user, in which
 * cgroup, with which view of the files, and how it is ended with everything it started.
 *
 * On Linux with root: an unprivileged user per app, a cgroup (v2, else v1), and a private mount namespace in
 * which the work tree appears at `WORK_TREE` and the tool chains at `TOOLCHAINS` (so an app needs no access to
 * the platform's home, and paths baked in at build time are true at run time). Without those rights: a plain
 * process group. What is in force is in `powers`, and said to the user at start.
 */
export interface SandboxPowers {
  /** Each app has its own unprivileged user. */
  users: boolean
  cgroups: 'v2' | 'v1' | 'none'
  /** The work tree is mounted at a fixed path in a private mount namespace. */
  mounts: boolean
  /** The processes of others are left out of /proc. */
  privateProc: boolean
  /** What the kernel holds commands to. */
  memoryLimit: boolean
  cpuLimit: boolean
  processLimit: boolean
  /** Builds give way to live apps at a disk. */
  ioWeights: boolean
  /** Builds and greedy apps can be kept off one CPU, which is left to the others. */
  spareCpu: boolean
}

export interface CommandLimits {
  memoryMb?: number
  cpus?: number
  processes?: number
  /** Files, sockets and pipes that one process may have open; 65536 unless told, and no more than the host's own limit. */
  openFiles?: number
  /** Gives way where others want the CPU too: builds, beside live apps. */
  isBackground?: boolean
}

export interface CommandSpec {
  /** Unique among running commands; names the cgroup. [a-z0-9_-] */
  id: string
  /** argv: never a shell string. `parseCommandLine` makes one from a line of a manifest. */
  argv: readonly string[]
  /** Host path of the work tree; the command's working directory. */
  directory: string
  /** Whether the command may change its work tree: builds do, instances do not. */
  writable: boolean
  /**
   * The whole environment: nothing of the platform's own reaches the command. PATH, HOME and TMPDIR are added
   * where they are not given (a private folder that goes with the command), and without cgroups
   * SEAWORTHY_COMMAND, the mark by which daemonised children are found.
   */
  env: Readonly<Record<string, string>>
  /** `AppRow.user_number`; the uid is derived from it. */
  userNumber: number
  limits: CommandLimits
  /**
   * How long what it started may take to end once it has ended itself; unless told, it is killed at once. What is killed
   * then is counted in `CommandExit.remains`.
   */
  lingerMs?: number
  /**
   * Folders of the host that the command may write, and the absolute paths where it finds them; the host need not have
   * those. Only where `powers.mounts`. Whoever asks gives them to the command's user.
   */
  volumes?: readonly { source: string; target: string }[]
  /** Names that the command finds in /etc/hosts, with their addresses. Only where `powers.mounts`. */
  hosts?: Readonly<Record<string, string>>
  /** Files that stdout and stderr are appended to, directly by the command (no pipe, no reader). */
  output: { stdout: string; stderr: string }
}

/** Enough to find a running command again after a restart of the control plane. Plain JSON. */
export interface CommandHandle {
  id: string
  pid: number
  /** Start time of the pid (clock ticks since boot, /proc/<pid>/stat field 22), so that a reused pid is told apart. */
  pidStartTicks: number
  /** The boot of the host that it was started in: after another one, pid and ticks may name a stranger. */
  bootId?: string
}

export interface CommandFindings {
  /** On the disk, for itself: its temporary folder, and files that it deleted and holds open. */
  diskBytes: number
  /** Of the process that has the most. 0 where the host does not tell. */
  openFiles: number
  /** How often a new process was refused for the limit, so far. */
  refusedProcesses: number
  /** How often the kernel ended one of its processes for the memory limit, so far. */
  memoryKills: number
  /** For how long it had to wait for its limit of CPU time, so far. */
  throttledMs: number
  /** For how long those of its processes that run now have waited for a CPU, all together. 0 where the host does not tell. */
  cpuWaitMs: number
  /** Processes that ended and that their parent never asked about (zombies). Counted once a new process was refused, else 0. */
  uncollected: number
}

/** What was found of a command when it had ended, before it was taken away. */
export interface CommandRemains {
  /** Processes that did not end in the grace period of its stop, or within its `lingerMs`, and were killed. */
  killedProcesses: number
  refusedProcesses: number
  memoryKills: number
  throttledMs: number
}

/** Since the command's start. */
export interface CpuTime {
  usedMs: number
  /** Periods of the limit of CPU time in which the command wanted to run, and those in which it had used all of it. */
  periods: number
  throttledPeriods: number
}

export interface CommandExit {
  code: number | null
  signal: NodeJS.Signals | null
  /** Ended by the kernel for its memory limit. */
  oomKilled: boolean
  /** It ended with the host, which was started anew meanwhile: no fault of the command. */
  endedWithHost?: true
  /** Missing where the platform was about to end. */
  remains?: CommandRemains
}

export interface RunningCommand {
  handle: CommandHandle
  /** For an adopted command the code is null and the signal is null: only that it ended is known. */
  exited: Promise<CommandExit> // waiting for it does not keep the process of the platform alive
  /** Set on one that was adopted after its end: `exited` tells soon what could still be found out about it. */
  hasEnded?: true
}

export interface Sandbox {
  readonly powers: SandboxPowers
  /** The uid and gid of an app on this host, where apps have users of their own. */
  userIdOf(userNumber: number): number
  /** Resolves once the command runs. Rejects with `CommandStartFailed` and leaves nothing behind. */
  start(spec: CommandSpec): Promise<RunningCommand>
  /**
   * The running command that a handle names. Of one that ended while nobody looked, what its cgroup still tells (or a new
   * boot of the host); undefined when nothing does.
   */
  adopt(handle: CommandHandle): Promise<RunningCommand | undefined>
  /**
   * SIGTERM to the command's whole tree, then SIGKILL after the grace period, until nothing of it is left
   * (daemonised children included, where a cgroup tells). Idempotent; a gone command is not an error.
   */
  stop(handle: CommandHandle, options: { graceMs: number }): Promise<void>
  /**
   * One more command beside a running one: with its user, its limits, its view of the files and its environment.
   * Rejects with `CommandNotRunning`. It ends with that one at the latest.
   */
  attach(handle: CommandHandle, spec: AttachSpec): Promise<AttachedCommand>
  /** Memory and CPU used by the whole tree. */
  sample(handle: CommandHandle): Promise<{ memoryBytes: number; cpuMs: number; processes: number }>
  /** What takes longer to find out than `sample`: it walks folders, so ask it seldom. */
  examine(handle: CommandHandle): Promise<CommandFindings>
  /** Less than `sample`, and cheap enough for each second. Undefined where this host does not count it. */
  cpuTime(handle: CommandHandle): CpuTime | undefined
  /**
   * Lets the command's tree go on at a share of the CPU time that it would get otherwise; 1 is full speed. Does nothing
   * where this host limits no CPU time.
   */
  setPace(handle: CommandHandle, pace: { cpuShare: number; cpus?: number }): Promise<void>
  /**
   * Keeps a greedy command off one CPU, which is left to the others (always the same one), or lets it use all again. One
   * with very many processes uses all, whatever is asked: ask again at each look, which costs little where nothing changed.
   */
  spareCpu(handle: CommandHandle, spares: boolean): Promise<void>
  /** TCP ports that the command's tree listens on, where the host can tell. */
  listeningPorts(handle: CommandHandle): Promise<number[]>
  /**
   * Ends what earlier runs of the platform left: every command of this sandbox that is neither in `keepIds` nor
   * running here, and the cgroups and temporary folders of those that are gone. Call it at start, after `adopt`.
   */
  sweep(keepIds: readonly string[]): Promise<void>
  /** Forgets its watches: what runs goes on, and is no longer cleaned up after. Stops no command. */
  close(): void
  /** Prepares a work tree so that the app's user may write it (chown), before a build. */
  prepareWorkTree(directory: string, userNumber: number): Promise<void>
}
