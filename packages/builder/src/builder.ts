/** Source → artifact, with a log. Drivers: `host`, `docker`. Contract as tests: `builder.conformance.ts`. */
export interface BuildSpec {
  id: string
  app: { id: string; slug: string; userNumber: number }
  /** The source's tree; the builder copies what it needs, never changes it. */
  sourceDirectory: string
  /** The app's env, visible to build commands (plain and secret alike; the log is redacted). */
  env: Readonly<Record<string, string>>
  /** Names in `env` that are secret: a driver keeps their values out of what it makes. */
  secretNames?: readonly string[]
  limits: { memoryMb?: number; cpus?: number }
  /** Told about once a second, while commands run, what they use; answers how fast they may go on. */
  observe?(usage: BuildUsage): BuildPace
  /** Longest time for the whole build. */
  deadlineMs: number
  log: BuildLogWriter
  /** Cancels: the whole process tree is gone within 5 s, and `build` rejects with `BuildCancelled`. */
  signal: AbortSignal
}

export interface BuildUsage {
  /** Without the file cache, which the kernel takes back whenever it needs to. */
  memoryBytes: number
}

export interface BuildPace {
  /** Share of the CPU time that the build would get otherwise: 1 is full speed. */
  cpuShare: number
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
  /** The image brings its own tool chain. */
  | { kind: 'image' }

/** What a build made: a tree, or an image on the engine. */
export type BuildResult = TreeResult | ImageResult

export interface TreeResult extends BuildFacts {
  /** A finished tree that the caller may move away (`ArtifactStore.put`). */
  directory: string
  image?: undefined
}

export interface ImageResult extends BuildFacts {
  directory?: undefined
  image: BuiltImage
}

export interface BuiltImage {
  /** Names it for good on its engine: `image:sha256:<64 hex>`. */
  reference: string
  sizeBytes: number
  /** The port that it says it listens on, when it names exactly one. */
  port?: number
  /** Where it was pulled from, for good: `repository@sha256:…`. Missing for an image that was built here. */
  source?: string
}

interface BuildFacts {
  /** Process name → command line. Empty for a static app; an empty line means the image's own command. */
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
