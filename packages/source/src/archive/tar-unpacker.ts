import { Parser, type ReadEntry } from 'tar'
import { archiveDamaged, SourceRefused } from '../errors.ts'
import { shownPath } from '../tree/tree-problem.ts'
import { specialFile } from '../tree/tree-steps.ts'
import type { TreeWriter } from './tree-writer.ts'

/** Long names come as entries of their own; no honest one is larger. */
const MAX_META_ENTRY_BYTES = 64 * 1024

/** Reads an uncompressed tar and hands its entries to the writer, one after the other as they stream by. */
export async function unpackTar(chunks: AsyncIterable<Buffer>, writer: TreeWriter): Promise<void> {
  const reading = new TarReading(writer)
  try {
    for await (const chunk of chunks) await reading.write(chunk)
    await reading.end()
  } finally {
    await reading.stop()
  }
}

/** A NUL within a name of a pax header or a GNU long name: the library would quietly cut it there. */
const HIDDEN_NAME = /(^|\n)\d+ (link)?path=[^\n]*\0|^(?!\d+ )[^\0]*\0+[^\0]/

/**
 * The library's parser with our own writing behind it. The parser turns bytes into entries and no more: that it
 * never touches the disk keeps us clear of the tricks with links and paths that its unpacking had to be mended for.
 */
class TarReading {
  readonly #writer: TreeWriter
  readonly #parser: Parser
  readonly #failed = Promise.withResolvers<never>()
  readonly #finished = Promise.withResolvers<void>()
  /** The library wants to be asked again only after this; replaced whenever it says so. */
  #drained = Promise.withResolvers<void>()
  /** Ends when the entries so far are written. */
  #taken: Promise<void> = Promise.resolve()
  #sawNullBlock = false
  #sawEnd = false
  #hasFailed = false

  constructor(writer: TreeWriter) {
    this.#writer = writer
    this.#parser = new Parser({
      maxMetaEntrySize: MAX_META_ENTRY_BYTES,
      gzip: false,
      brotli: false,
      zstd: false,
    })
    this.#failed.promise.catch(() => {}) // awaited only while something is under way
    this.#listen()
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#hasFailed) await this.#failed.promise
    if (this.#sawEnd) return // padding: the parser would gather it in memory
    this.#drained = Promise.withResolvers()
    if (this.#parser.write(chunk)) return
    await Promise.race([this.#drained.promise, this.#failed.promise])
  }

  async end(): Promise<void> {
    this.#parser.end()
    await Promise.race([this.#finished.promise, this.#failed.promise])
    await this.#taken
    if (!this.#sawNullBlock) throw archiveDamaged(new Error('no end-of-archive block'))
  }

  /** Resolves once nothing is being written any more, also after a failure in the midst of a file. */
  async stop(): Promise<void> {
    this.#parser.removeAllListeners()
    this.#parser.on('error', () => {})
    this.#fail(new Error('reading was stopped'))
    await this.#taken.catch(() => {})
  }

  #listen(): void {
    const parser = this.#parser
    parser.on('entry', (entry: ReadEntry) => {
      this.#taken = this.#taken.then(() => this.#take(entry))
      this.#taken.catch(error => this.#fail(error))
    })
    parser.on('ignoredEntry', (entry: ReadEntry) => this.#fail(unsupported(entry)))
    parser.on('meta', (text: string) => {
      if (HIDDEN_NAME.test(text)) this.#fail(hiddenName())
    })
    parser.on('warn', (_code, message) => this.#fail(archiveDamaged(message)))
    parser.on('error', error => this.#fail(archiveDamaged(error)))
    parser.on('drain', () => this.#drained.resolve())
    parser.on('nullBlock', () => {
      this.#sawNullBlock = true
    })
    parser.on('eof', () => {
      this.#sawEnd = true
      this.#drained.resolve()
    })
    parser.on('end', () => this.#finished.resolve())
  }

  #fail(error: unknown): void {
    this.#hasFailed = true
    this.#failed.reject(error)
  }

  /** The parser gives the next entry once this one was read to its end. */
  async #take(entry: ReadEntry): Promise<void> {
    const { path, linkpath = '' } = entry
    switch (entry.type) {
      case 'File':
      case 'OldFile':
      case 'ContiguousFile':
        return await this.#writer.addFile(
          path,
          { executable: ((entry.mode ?? 0) & 0o100) !== 0 },
          this.#contentOf(entry),
        )
      case 'Directory':
      case 'GNUDumpDir':
        await this.#writer.addFolder(path)
        break
      case 'SymbolicLink':
        await this.#writer.addSymbolicLink(path, linkpath)
        break
      case 'Link':
        await this.#writer.addHardLink(path, linkpath)
        break
      default:
        throw specialFile(path)
    }
    entry.resume()
  }

  /** The parser's own iterator waits for ever when the parser is stopped. */
  async *#contentOf(entry: ReadEntry): AsyncGenerator<Buffer> {
    const iterator = entry[Symbol.asyncIterator]()
    for (;;) {
      const { value, done } = await Promise.race([iterator.next(), this.#failed.promise])
      if (done) return
      yield value
    }
  }
}

function hiddenName(): SourceRefused {
  const message =
    'An entry of the archive has a name that holds a NUL character. Rename the file and pack it again.'
  return new SourceRefused('name_invalid', message)
}

function unsupported({ path, meta, type }: ReadEntry): SourceRefused {
  if (meta) return archiveDamaged(new Error('oversized header entry'))
  return new SourceRefused(
    'special_file',
    `The entry ${shownPath(path)} is of a kind (${type}) that cannot be deployed. Pack plain files, folders and links only.`,
  )
}
