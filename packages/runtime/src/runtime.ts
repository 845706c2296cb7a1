import type { AttachedCommand, AttachSpec, CpuTime } from '@seaworthy/sandbox'

export type { AttachedCommand, AttachedExit, AttachSpec, CpuTime, TerminalSize } from '@seaworthy/sandbox'

/**
 * Runs instances of releases. Drivers: `process`, `docker`; `swarm` later. A `RuntimeSet` holds several at once.
 * Contract as tests: `runtime.conformance.ts`.
 *
 * A runtime outlives the control plane's process: instances go on running when it dies, their output goes
 * straight to files, and `adopt` finds them again from the handle that the caller stored.
 */
export interface InstanceSpec {
  id: string
  app: { id: string; slug: string; userNumber: number }
  /** `v42` */
  release: string
  /** Manifest process name: `web`, `worker`, `release`. */
  process: string
  /** A command line of the manifest, for example `node server.js --port $PORT`. An image has one of its own. */
  command?: string
  artifact: RunnableArtifact
  /** Folders of the host that outlive the instance, and where it finds them. */
  volumes?: readonly VolumeMount[]
  /** The whole environment but PORT, which the runtime adds for instances that want a port. */
  env: Readonly<Record<string, string>>
  /** Whether the instance serves HTTP: it then gets a free port as PORT. */
  needsPort: boolean
  /** A driver that cannot hold a limit passes it over. */
  limits: { memoryMb?: number; cpus?: number; processes?: number; openFiles?: number; diskMb?: number }
  /** Names that the instance can look up, with their addresses: apps that it may call. Where the host allows it. */
  hosts?: Readonly<Record<string, string>>
  /** Folder for `<id>.out` and `<id>.err`, the spool files that telemetry reads. */
  outputDirectory: string
}

/** What an instance is started from. It is read-only for the instance where the driver can enforce it. */
export type RunnableArtifact =
  /** A folder of the host. */
  | { kind: 'tree'; directory: string }
  /** An image that never changes under its name: the id of one on the engine, or `repository@sha256:…`. */
  | {
      kind: 'image'
      reference: string
      /** Where it can be pulled from again when the engine lost it: `repository@sha256:…`. */
      source?: string
      /** What it listens on, when it ignores PORT. */
      port?: number
    }

export interface VolumeMount {
  name: string
  /** Absolute path of a folder on the host. The driver gives it to the instance's user. */
  source: string
  /** Absolute path where the instance finds it. */
  target: string
}

export interface InstanceExit {
  /** Null for an adopted instance, whose exit code nobody could read. */
  code: number | null
  signal: NodeJS.Signals | null
  oomKilled: boolean
  /** It ended with the engine that ran it, which was stopped or restarted: no fault of the app. */
  endedWithEngine?: true
  /** It ended with the server, which was started anew meanwhile: no fault of the app. */
  endedWithHost?: true
  /** Of its processes, those that did not end in the grace period of its stop and were killed, where a driver can tell. */
  killedProcesses?: number
  /**
   * Processes that had lost their parent, and that a driver whose instances end with their first process killed with that
   * one: nobody asked them to end.
   */
  orphanedProcesses?: number
}

export interface Instance {
  id: string
  /** Where the edge and the health check reach it; undefined without `needsPort`. */
  address?: { host: string; port: number }
  /** Plain JSON; give it to `adopt` after a restart. */
  handle: unknown
  exited: Promise<InstanceExit>
  /** Set by a driver that adopts one after its end: `exited` resolves soon. */
  hasEnded?: true
}

export interface ResourceUsage {
  memoryBytes: number
  /** Total CPU time so far. */
  cpuMs: number
  /** Processes and threads; undefined where the driver cannot tell. */
  processes?: number
}

/** See `CommandFindings` of the sandbox. Volumes are left out. What a driver cannot tell is 0. */
export interface InstanceFindings {
  diskBytes: number
  /** Where the driver itself refuses to let temporary files take more. */
  maxDiskBytes?: number
  openFiles: number
  refusedProcesses: number
  memoryKills: number
  throttledMs: number
  uncollected: number
}

/** How much of the machine's CPUs an instance may take for now. */
export interface CpuPace {
  /** Of what it may take otherwise; 1 is all of it, and more than 0. */
  share: number
  /** What it may take otherwise; all CPUs unless told. */
  cpus?: number
  /**
   * It is kept off one CPU, which is left to the others; always the same one. With very many processes it uses all
   * for as long: each call of `cpuTime` looks at that.
   */
  sparesCpu: boolean
}

export interface Runtime {
  readonly kind: string
  /** Resolves once the instance runs (healthy or not: that is for the caller). Rejects with `InstanceStartFailed`. */
  start(spec: InstanceSpec): Promise<Instance>
  /**
   * The running instance behind a stored handle, or undefined when it no longer runs. Never starts anything. A driver
   * that still knows how an instance ended meanwhile answers with it, and its `exited` tells.
   */
  adopt(id: string, handle: unknown): Promise<Instance | undefined>
  /** Resolves once the instance and all it started are gone. Idempotent: an unknown or gone id is not an error. */
  stop(id: string, handle: unknown, options: { graceMs: number }): Promise<void>
  /**
   * One more command within a running instance: as its user, in its limits, with its files and its environment. It ends
   * with the instance at the latest. Rejects with code `instance_not_running` when the instance is gone.
   */
  attach(id: string, handle: unknown, spec: AttachSpec): Promise<AttachedCommand>
  sample(id: string, handle: unknown): Promise<ResourceUsage>
  /**
   * What the kernel of this host counted, cheap enough for each second. Undefined for one that ended, and where the
   * driver cannot tell; it then cannot set a pace either.
   */
  cpuTime?(id: string, handle: unknown): Promise<CpuTime | undefined>
  /** In force until it is set anew, also when the platform was restarted meanwhile. One that ended is not an error. */
  setCpuPace?(id: string, handle: unknown, pace: CpuPace): Promise<void>
  /**
   * Up to when all that the instance printed is in its spool files, in milliseconds since 1970. Only of a driver that
   * copies it there; otherwise it is there at once.
   */
  outputSeenUntil?(id: string, handle: unknown): Promise<number>
  /** What takes longer than `sample`; a driver that cannot tell has no such method. */
  examine?(id: string, handle: unknown): Promise<InstanceFindings>
  /** The TCP ports the instance really listens on, to explain a wrong PORT. Empty where it cannot be seen. */
  listeningPorts(id: string, handle: unknown): Promise<number[]>
  /**
   * Removes what earlier runs of the platform left of instances that are not in `keepIds` and not running here.
   * Call it at start, after `adopt`.
   */
  sweep(keepIds: readonly string[]): Promise<void>
  /** Forgets its watches. Stops no instance. */
  close(): Promise<void>
}
