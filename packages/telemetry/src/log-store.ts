/** Lines that instances wrote. Driver: `files` (now), `otlp` (later). */
export interface LogLine {
  /** Milliseconds since 1970, when the platform read it. */
  at: number
  /** `web`, `worker`, `release`, `run` */
  process: string
  instanceId: string
  /** `v42` */
  release: string
  stream: 'stdout' | 'stderr'
  text: string
  /** Opaque position, grows with every line of the app; `follow` and `query` continue after it. */
  cursor: string
}

export interface LogQuery {
  appId: string
  /** Milliseconds since 1970, inclusive. */
  since?: number
  until?: number
  /** Plain substring, case-insensitive. */
  grep?: string
  process?: string
  instanceId?: string
  /** Only lines after this cursor. */
  after?: string
  /** Newest lines win; at most 10,000. */
  limit: number
}

export interface LogStore {
  /** Reads a spool file (appended to by an instance) until `detach`; resumes where it stopped, also after a restart. */
  attach(spool: LogSpool): void
  /**
   * Reads what is left of the spool, then forgets and deletes it. An unknown instance is not an error. While lines
   * cannot be kept (full disk) it resolves early and finishes by itself later.
   */
  detach(instanceId: string): Promise<void>
  /** Oldest first. */
  query(query: LogQuery): Promise<LogLine[]>
  /** Lines from now on (or after a cursor), until the signal aborts. A slow reader never slows the writer. */
  follow(query: Omit<LogQuery, 'limit' | 'until'>, signal: AbortSignal): AsyncIterable<LogLine>
  /** Deletes all lines of an app. */
  drop(appId: string): Promise<void>
  close(): Promise<void>
}

export interface LogSpool {
  appId: string
  instanceId: string
  process: string
  release: string
  /** `<id>.out` and `<id>.err` of the runtime. */
  stdoutFile: string
  stderrFile: string
  /** Values to blank out before a line is kept. */
  secrets: readonly string[]
}
