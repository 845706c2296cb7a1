import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { compileRequestFilter, type RequestFilter, type RequestLine } from '@seaworthy/routes'

export interface RequestSearchOptions {
  /** The edge's folder with a folder of request logs for each app. */
  directory: string
  /** How long one search may take. 2 s unless told. */
  patienceMs?: number
}

export interface RequestQuery extends RequestFilter {
  appId: string
  /** Milliseconds since 1970, inclusive. */
  since?: number
  until?: number
  limit: number
}

export interface FoundRequests {
  /** The oldest first. */
  lines: RequestLine[]
  /** Whether the search got to its end: the time asked for, the limit, or the oldest line. */
  complete: boolean
  /** Milliseconds since 1970 of the oldest line that was looked at; undefined where there was none. */
  searchedBackTo: number | undefined
}

const CHUNK_BYTES = 256 * 1024
/** A line that is longer is none of ours. */
const MAX_LINE_BYTES = 1024 * 1024
const CURRENT = 'current.log'
const SAFE_FOLDER = /^[A-Za-z0-9_-]{1,100}$/
/** `{"time":"` and an ISO time stand at the start of each line. */
const TIME_AT = 9
const TIME_LENGTH = 24

/** Reads the request logs that the edge writes, from the newest line backwards, as far as it must. */
export class RequestSearch {
  readonly #options: RequestSearchOptions

  constructor(options: RequestSearchOptions) {
    this.#options = options
  }

  async search(query: RequestQuery): Promise<FoundRequests> {
    const search = new Search(query, Date.now() + (this.#options.patienceMs ?? 2_000))
    for (const path of await this.#files(query.appId)) {
      await readBackwards(path, line => search.take(line))
      if (search.isOver) break
    }
    return search.result()
  }

  /** Of an app that is gone for good. */
  async forgetApp(appId: string): Promise<void> {
    if (SAFE_FOLDER.test(appId))
      await rm(join(this.#options.directory, appId), { recursive: true, force: true })
  }

  /** The newest first. */
  async #files(appId: string): Promise<string[]> {
    if (!SAFE_FOLDER.test(appId)) return []
    const folder = join(this.#options.directory, appId)
    const names = await readdir(folder).catch(() => [])
    const aside = names.filter(name => /^\d+\.log$/.test(name))
    aside.sort((one, two) => Number.parseInt(two, 10) - Number.parseInt(one, 10))
    return [CURRENT, ...aside].map(name => join(folder, name))
  }
}

class Search {
  readonly #query: RequestQuery
  readonly #giveUpAt: number
  readonly #fits: (line: RequestLine) => boolean
  readonly #sinceText: string
  readonly #untilText: string
  readonly #found: RequestLine[] = []
  #oldest = ''
  #gaveUp = false
  #cameToStart = false

  constructor(query: RequestQuery, giveUpAt: number) {
    this.#query = query
    this.#giveUpAt = giveUpAt
    this.#fits = compileRequestFilter(query)
    this.#sinceText = new Date(query.since ?? 0).toISOString()
    this.#untilText = query.until === undefined ? '9' : new Date(query.until).toISOString()
  }

  get isOver(): boolean {
    return this.#gaveUp || this.#cameToStart || this.#found.length >= this.#query.limit
  }

  /** @returns whether the search goes on */
  take(text: string): boolean {
    const time = text.slice(TIME_AT, TIME_AT + TIME_LENGTH)
    // Threads write side by side, so a line may stand a moment behind one that is newer.
    if (time < this.#sinceText && isOlderBy(time, this.#sinceText, OUT_OF_ORDER_MS)) this.#cameToStart = true
    else if (time >= this.#sinceText && time <= this.#untilText) this.#look(text, time)
    if (Date.now() > this.#giveUpAt) this.#gaveUp = true
    return !this.isOver
  }

  result(): FoundRequests {
    return {
      lines: this.#found.sort((one, two) => (one.time < two.time ? -1 : one.time > two.time ? 1 : 0)),
      complete: !this.#gaveUp,
      searchedBackTo: this.#oldest === '' ? undefined : Date.parse(this.#oldest),
    }
  }

  #look(text: string, time: string): void {
    const line = parsed(text)
    if (!line) return
    this.#oldest = time
    if (this.#fits(line)) this.#found.push(line)
  }
}

/** How far lines may stand apart from their order: two flushes of two threads. */
const OUT_OF_ORDER_MS = 5_000

function isOlderBy(time: string, than: string, ms: number): boolean {
  return Date.parse(time) < Date.parse(than) - ms
}

/** A line that was cut by a full disk or a power cut is skipped. */
function parsed(text: string): RequestLine | undefined {
  try {
    return JSON.parse(text) as RequestLine
  } catch {
    return undefined
  }
}

/** Calls back with each whole line, the last one first, until `take` says false. A missing file has none. */
async function readBackwards(path: string, take: (line: string) => boolean): Promise<void> {
  const file = await open(path).catch(() => undefined)
  if (!file) return
  try {
    await readLines(file, take)
  } finally {
    await file.close()
  }
}

async function readLines(file: FileHandle, take: (line: string) => boolean): Promise<void> {
  let end = (await file.stat()).size
  let rest: Buffer = Buffer.alloc(0)
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES)
    const chunk = Buffer.alloc(end - start)
    await file.read(chunk, 0, chunk.length, start)
    const bytes = Buffer.concat([chunk, rest])
    const firstBreak = start === 0 ? -1 : bytes.indexOf(10)
    const whole = bytes.toString('utf8', firstBreak + 1)
    if (!eachBackwards(whole.split('\n'), take)) return
    rest = firstBreak === -1 ? Buffer.alloc(0) : bytes.subarray(0, firstBreak)
    if (start > 0 && firstBreak === -1) rest = bytes.length > MAX_LINE_BYTES ? Buffer.alloc(0) : bytes
    end = start
  }
}

function eachBackwards(lines: readonly string[], take: (line: string) => boolean): boolean {
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index]!
    if (line !== '' && !take(line)) return false
  }
  return true
}
