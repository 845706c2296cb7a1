import { closeSync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Logger, silentLogger } from '@seaworthy/kit'
import { createRedactor, type RedactingStream, type Redactor } from '../redactor.ts'
import type { OpenBuildLog } from './build-log.ts'
import type { BuildLogChanges } from './build-log-changes.ts'
import { type BuildLogFact, encodeEntry } from './build-log-entry.ts'
import { findEnd } from './seal-build-log.ts'

export interface BuildLogWriterOptions {
  path: string
  secrets: readonly string[]
  maxBytes: number
  log?: Logger
  changes: BuildLogChanges
}

type Stream = 'stdout' | 'stderr' | 'platform'

const FLUSH_BYTES = 65_536
const FLUSH_MS = 50
const MAX_LINE_CHARACTERS = 65_536

/** Appends entries to a log's file. Writes are synchronous and gathered: a flood of lines never piles up in memory. */
export class BuildLogWriter implements OpenBuildLog {
  readonly #options: BuildLogWriterOptions
  /** Lines that came in pieces so far, by stream. */
  readonly #unfinished = new Map<Stream, RedactingStream>()
  #secrets: readonly string[]
  #redactor: Redactor
  readonly #log: Logger
  #file: number | undefined
  #fileBytes = 0
  #sequence = 0
  #step: string | null = null
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #isFull = false
  #lostEntries = 0
  #firstLost = 0

  constructor(options: BuildLogWriterOptions) {
    this.#options = options
    this.#secrets = options.secrets
    this.#redactor = createRedactor(options.secrets)
    this.#log = options.log ?? silentLogger
  }

  /** Goes on behind the last whole entry of an earlier writer. */
  async open(): Promise<void> {
    const { path, changes } = this.#options
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const end = await findEnd(path)
    this.#file = openSync(path, end.bytes === 0 ? 'w' : 'r+', 0o600)
    ftruncateSync(this.#file, end.bytes)
    this.#fileBytes = end.bytes
    this.#sequence = end.last?.sequence ?? 0
    changes.opened(path)
  }

  stepStarted(name: string, title: string): void {
    this.#step = name
    this.#add({ kind: 'step-started', step: name, title: this.#redactor.redact(title) })
  }

  stepFinished(name: string, outcome: 'succeeded' | 'failed' | 'cached', durationMs: number): void {
    if (this.#step === name) this.#step = null
    this.#add({ kind: 'step-finished', step: name, outcome, durationMs })
  }

  hide(secrets: readonly string[]): void {
    const added = secrets.filter(value => !this.#secrets.includes(value))
    if (added.length === 0) return
    this.#secrets = [...this.#secrets, ...added]
    this.#redactor = createRedactor(this.#secrets)
  }

  redact(text: string): string {
    return this.#redactor.redact(text)
  }

  line(text: string, stream: Stream, { continues = false }: { continues?: boolean } = {}): void {
    if (this.#isFull) return
    const pending = this.#unfinished.get(stream)
    if (!continues && !pending) {
      this.#addLine(this.#redactor.redact(text), stream)
      return
    }
    const redacting = pending ?? this.#redactor.stream()
    const shown = redacting.write(Buffer.from(text)).toString()
    if (continues) {
      this.#unfinished.set(stream, redacting)
      if (shown !== '') this.#addLine(shown, stream)
    } else {
      this.#unfinished.delete(stream)
      this.#addLine(shown + redacting.end().toString(), stream)
    }
  }

  #addLine(redacted: string, stream: Stream): void {
    for (let from = 0; from === 0 || from < redacted.length; from += MAX_LINE_CHARACTERS) {
      const piece = redacted.slice(from, from + MAX_LINE_CHARACTERS)
      this.#add({ kind: 'line', step: this.#step, stream, text: piece.replace(/\r?\n?$/, '') })
    }
    if (this.#fileBytes + this.#waitingBytes > this.#options.maxBytes) this.#sayFull()
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return
    for (const stream of this.#unfinished.keys()) this.line('', stream)
    this.#add({ kind: 'closed', reason: 'finished' })
    this.#flush()
    closeFile(this.#file)
    this.#file = undefined
    this.#options.changes.closed(this.#options.path)
  }

  #sayFull(): void {
    this.#isFull = true
    const megabytes = Math.round(this.#options.maxBytes / 1_048_576)
    const text = `This log has reached ${megabytes} MB: further lines are left out.`
    this.#add({ kind: 'line', step: this.#step, stream: 'platform', text })
  }

  #add(fact: BuildLogFact): void {
    if (this.#file === undefined) return // closed: a late line of a build that was cancelled
    this.#sequence += 1
    const entry = encodeEntry({ sequence: this.#sequence, at: Date.now(), ...fact })
    this.#waiting.push(entry)
    this.#waitingBytes += entry.length
    if (this.#waitingBytes >= FLUSH_BYTES) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const entries = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    if (entries.length === 0 || this.#file === undefined) return
    try {
      this.#write(Buffer.concat([...this.#lossNote(), ...entries]))
      this.#lostEntries = 0
      this.#options.changes.written(this.#options.path)
    } catch (error) {
      this.#lose(entries.length, error)
    }
  }

  #write(content: Buffer): void {
    for (let done = 0; done < content.length; ) {
      done += writeSync(this.#file!, content, done, content.length - done, this.#fileBytes + done)
    }
    this.#fileBytes += content.length
  }

  #lossNote(): Buffer[] {
    if (this.#lostEntries === 0) return []
    const text = `${this.#lostEntries} entries of this log are lost: the disk was full.`
    const note = { kind: 'line', step: null, stream: 'platform', text } as const
    return [encodeEntry({ sequence: this.#firstLost, at: Date.now(), ...note })]
  }

  #lose(count: number, error: unknown): void {
    if (this.#lostEntries === 0) {
      this.#log.error({ file: this.#options.path, error }, 'a build log cannot be written')
      this.#firstLost = this.#sequence - count + 1
    }
    this.#lostEntries += count
    ftruncateSync(this.#file!, this.#fileBytes) // no half entry
  }
}

function closeFile(file: number): void {
  try {
    fdatasyncSync(file)
  } finally {
    closeSync(file)
  }
}
