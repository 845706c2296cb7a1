import { stripVTControlCharacters } from 'node:util'

/** Writes for people, or JSON for scripts. Results go to stdout; progress and problems to stderr. */
export class Output {
  readonly json: boolean
  readonly #stdout: NodeJS.WritableStream
  readonly #stderr: NodeJS.WritableStream

  constructor({
    stdout,
    stderr,
    json,
  }: { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream; json: boolean }) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.json = json
  }

  /** The result of a command: data for scripts, or its rendering for people. */
  result(data: unknown, render: () => string): void {
    const text = this.json ? JSON.stringify(data, null, 2) : render()
    if (text !== '') this.#stdout.write(`${text}\n`)
  }

  /** A line of a stream: one JSON document a line for scripts. */
  line(data: unknown, text: string): void {
    this.#stdout.write(`${this.json ? JSON.stringify(data) : text}\n`)
  }

  /** Progress for people; scripts that asked for JSON are spared it. */
  progress(text: string): void {
    if (!this.json) this.#stderr.write(`${text}\n`)
  }

  problem(error: { code: string; message: string; [field: string]: unknown }): void {
    this.#stderr.write(
      this.json ? `${JSON.stringify({ success: false, ...error })}\n` : `${printable(error.message)}\n`,
    )
  }
}

/** Columns, aligned; a header line first. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows].map(row => row.map(oneLine))
  const widths = header.map((_, column) => Math.max(...all.map(row => row[column]!.length)))
  return all
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Labels and values, one pair a line. Pairs without a value are left out. */
export function facts(pairs: readonly (readonly [string, string | null | undefined])[]): string {
  const present = pairs.filter((pair): pair is readonly [string, string] => pair[1] != null)
  const width = Math.max(0, ...present.map(([label]) => label.length))
  return present.map(([label, value]) => `${label.padEnd(width)}  ${oneLine(value)}`).join('\n')
}

/** Text from an app or a user as plain characters: it cannot move the cursor, ring or recolour the terminal. */
export function printable(text: string): string {
  return (
    stripVTControlCharacters(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
  )
}

/** In a table nothing may look like a line of its own. */
function oneLine(text: string): string {
  return printable(text).replace(/\s*[\n\t]\s*/g, ' ')
}

export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  const tenths = Math.round(ms / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `1.2 MB`, in powers of 1,000. */
export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3))
  return `${power === 0 ? count : (count / 1000 ** power).toFixed(1)} ${units[power]}`
}

/** `512 MB`, in the unit of `memoryMb` (1,048,576 bytes): memory is told as its limit was set. */
export function megabytes(count: number): string {
  return `${Math.round(count / 1_048_576)} MB`
}

export function ago(iso: string | null | undefined, now = Date.now()): string {
  if (!iso) return '-'
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000))
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** Milliseconds since 1970, or NaN. `Date.parse` alone takes much for a time that is none: "10" is October 2001. */
export function isoTime(text: string): number {
  return /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
}
