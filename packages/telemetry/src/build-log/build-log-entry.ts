/** One line of a build log's file. `sequence` counts from 1; `at` is milliseconds since 1970. */
export type BuildLogEntry = { sequence: number; at: number } & BuildLogFact

export type BuildLogFact =
  | { kind: 'step-started'; step: string; title: string }
  | { kind: 'step-finished'; step: string; outcome: 'succeeded' | 'failed' | 'cached'; durationMs: number }
  /** `step`: the one that ran; null between steps. */
  | { kind: 'line'; step: string | null; stream: 'stdout' | 'stderr' | 'platform'; text: string }
  /** The last entry. `interrupted`: the platform was stopped while the build ran. */
  | { kind: 'closed'; reason: 'finished' | 'interrupted' }

export function encodeEntry(entry: BuildLogEntry): Buffer {
  return Buffer.from(`${JSON.stringify(entry)}\n`)
}

/** Undefined for a line that a power cut damaged: one bad line must not hide the rest. */
export function decodeEntry(line: string): BuildLogEntry | undefined {
  try {
    return JSON.parse(line) as BuildLogEntry
  } catch {
    return undefined
  }
}
