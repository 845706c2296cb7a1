import type { BuildLogLine } from '@seaworthy/api'
import type { BuildLog, BuildLogEntry } from '@seaworthy/telemetry'
import { isoTime } from '../http/times.ts'

const PART_CHARACTERS = 65_536

/** What a reader of a build log sees of one entry; nothing of the mark that ends it. */
export function buildLogLine(entry: BuildLogEntry): BuildLogLine | undefined {
  const at = isoTime(entry.at)
  switch (entry.kind) {
    case 'line':
      return { at, step: entry.step, stream: entry.stream, text: entry.text }
    case 'step-started':
      return { at, step: entry.step, stream: 'platform', text: entry.title, mark: 'started' }
    case 'step-finished':
      return {
        at,
        step: entry.step,
        stream: 'platform',
        text: `${entry.step} ${entry.outcome}, ${seconds(entry)}`,
        mark: entry.outcome,
        durationMs: entry.durationMs,
      }
    case 'closed':
      return entry.reason === 'finished'
        ? undefined
        : { at, step: null, stream: 'platform', text: 'The platform was stopped while this ran.' }
  }
}

/** The whole log as text for people, part by part: `2026-01-31T08:00:00.000Z  [build]  > npm ci`. */
export async function* logText(logs: BuildLog, buildId: string): AsyncGenerator<string> {
  let part = ''
  for await (const entry of logs.read(buildId)) {
    const line = buildLogLine(entry)
    if (line) part += `${line.at}  [${line.step ?? '-'}]  ${line.text}\n`
    if (part.length < PART_CHARACTERS) continue
    yield part
    part = ''
  }
  yield part
}

/** The newest lines of a log that may be far larger than memory should hold. */
export async function readNewestLines(
  logs: BuildLog,
  buildId: string,
  limit: number,
): Promise<BuildLogLine[]> {
  let lines: BuildLogLine[] = []
  for await (const entry of logs.read(buildId)) {
    const line = buildLogLine(entry)
    if (line) lines.push(line)
    // Twice the limit, so that the array is not cut for every line.
    if (lines.length >= 2 * limit) lines = lines.slice(-limit)
  }
  return lines.slice(-limit)
}

function seconds({ durationMs }: { durationMs: number }): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}
