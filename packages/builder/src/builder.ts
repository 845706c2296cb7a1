/** Source → artifact tree, with a log. Drivers: `host` (now), `docker` (later). */
export interface BuildSpec {
  id: string
  app: { id: string; slug: string; userNumber: number }
  /** The source's tree; the builder copies what it needs, never changes it. */
  sourceDirectory: string
  /** The app's env, visible to build commands (plain and secret alike; the log is redacted). */
  env: Readonly<Record<string, string>>
  limits: { memoryMb?: number; cpus?: number }
  /** Longest time for the whole build. */
  deadlineMs: number
  log: BuildLogWriter
  /** Cancels: the whole process tree is gone within 5 s, and `build` rejects with `BuildCancelled`. */
  signal: AbortSignal
}

export interface BuildLogWriter {
  /** A step begins: `install`, `build`, `prune` … */
  stepStarted(name: string, title: string): void
  stepFinished(name: string, outcome: 'succeeded' | 'failed' | 'cached', durationMs: number): void
  /** One line of output, without the newline. `continues`: a part of a very long one, whose rest comes next. */
  line(text: string, stream: 'stdout' | 'stderr' | 'platform', options?: { continues?: boolean }): void
}

/** Which tool chain runs the app. */
export type AppRuntime =
  | {
      kind: 'node'
      version: string
      /** Exact versions of the package managers that processes call by name (`npm start`). `berry` is Yarn from 2 on. */
      tools?: Partial<Record<'npm' | 'pnpm' | 'yarn' | 'berry' | 'bun', string>>
    }
  | { kind: 'python'; version: string }
  | { kind: 'static' }

export interface BuildResult {
  /** A finished tree that the caller may move away (`ArtifactStore.put`). */
  directory: string
  /** Process name → command line. Empty for a static app. */
  processes: Record<string, string>
  /** Folder to serve, relative to the tree. */
  static?: { root: string; spa: boolean }
  runtime: AppRuntime
  /** The parsed manifest (defaults filled in). */
  manifest: import('./manifest.ts').Manifest
}

export interface Builder {
  readonly kind: string
  /** Rejects with `BuildFailed` (step, exit code, last lines, what to try), `BuildCancelled` or `BuildTimedOut`. */
  build(spec: BuildSpec): Promise<BuildResult>
  /** PATH and other variables that an instance of this runtime needs (absolute paths as the instance sees them). */
  runtimeEnv(runtime: AppRuntime): Promise<Record<string, string>>
}
