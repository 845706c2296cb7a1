import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { validateLogId } from '../log-id.ts'
import { BuildLogChanges } from './build-log-changes.ts'
import type { BuildLogEntry } from './build-log-entry.ts'
import { followEntries, readEntries } from './build-log-reader.ts'
import { BuildLogWriter } from './build-log-writer.ts'
import { sealBuildLog } from './seal-build-log.ts'

/** The logs of builds (and of anything else that runs in steps): one file each, kept until `remove`. */
export interface BuildLog {
  /**
   * A log to write to, new or continued. Every text is redacted by the values of `secrets` before it reaches the disk.
   * One writer at a time.
   */
  open(buildId: string, options: { secrets: readonly string[] }): Promise<OpenBuildLog>
  /** What is on disk, oldest first; empty for an unknown build. `after` is the `sequence` of the last entry one has. */
  read(buildId: string, options?: { after?: number }): AsyncIterable<BuildLogEntry>
  /**
   * The same, then each new entry until the log is closed or the signal aborts (what is on disk by then still comes).
   * Waits for a log that is not there yet. A slow reader costs no memory: it is read from disk at its pace.
   */
  follow(buildId: string, signal: AbortSignal, options?: { after?: number }): AsyncIterable<BuildLogEntry>
  /** Ends a log that a killed process left open; true if there was something to end. */
  sealUnfinished(buildId: string): Promise<boolean>
  remove(buildId: string): Promise<void>
}

/** Fits where the builder asks for its log writer. Never throws because of a full disk: a build does not fail for its log. */
export interface OpenBuildLog {
  stepStarted(name: string, title: string): void
  stepFinished(name: string, outcome: 'succeeded' | 'failed' | 'cached', durationMs: number): void
  /** `continues`: the rest of the same line comes with the next call; a secret across the cut is hidden all the same. */
  line(text: string, stream: 'stdout' | 'stderr' | 'platform', options?: { continues?: boolean }): void
  /** Hides further values from now on. */
  hide(secrets: readonly string[]): void
  /** The text as this log would show it. */
  redact(text: string): string
  /** Writes what is left and ends the log. Idempotent. */
  close(): Promise<void>
}

export interface BuildLogOptions {
  directory: string
  log?: Logger
  /** Lines beyond this are left out, with one line that says so; steps are always kept. 50 MB unless told. */
  maxBytes?: number
}

const MAX_BYTES = 52_428_800

export function createBuildLog({ directory, log, maxBytes = MAX_BYTES }: BuildLogOptions): BuildLog {
  const changes = new BuildLogChanges()
  const pathOf = (buildId: string) => join(directory, `${validateLogId(buildId)}.jsonl`)
  return {
    async open(buildId, { secrets }) {
      const writer = new BuildLogWriter({ path: pathOf(buildId), secrets, maxBytes, log, changes })
      await writer.open()
      return writer
    },
    read: (buildId, { after } = {}) => readEntries(pathOf(buildId), after),
    follow: (buildId, signal, { after } = {}) =>
      followEntries({ path: pathOf(buildId), after, signal, changes }),
    async sealUnfinished(buildId) {
      const path = pathOf(buildId)
      return changes.isOpen(path) ? false : sealBuildLog(path)
    },
    remove: buildId => rm(pathOf(buildId), { force: true }),
  }
}
