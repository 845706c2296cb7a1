import type { StaticFile } from './static-file.ts'

export type StaticAnswer =
  | { kind: 'file'; status: 200 | 404; file: StaticFile }
  | { kind: 'redirect'; location: string }
  | { kind: 'none' }

/** What an entry takes besides its bodies: objects, header lists, map slots. */
const ENTRY_OVERHEAD_BYTES = 1024

interface Entry {
  root: string
  path: string
  answer: StaticAnswer
  bytes: number
  /** Asked for since the eviction last came by. */
  used: boolean
}

/**
 * Answers by root and request path, bounded by bytes. Eviction is second chance ("clock"): a hit only sets a flag,
 * so that the hot path allocates and moves nothing.
 */
export class StaticCache {
  readonly #maxBytes: number
  readonly #roots = new Map<string, Map<string, Entry>>()
  readonly #byAnswer = new Map<StaticAnswer, Entry>()
  #bytes = 0

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(root: string, path: string): StaticAnswer | undefined {
    const entry = this.#roots.get(root)?.get(path)
    if (entry === undefined) return undefined
    entry.used = true
    return entry.answer
  }

  set(root: string, path: string, answer: StaticAnswer): void {
    this.#forget(this.#roots.get(root)?.get(path))
    const bytes = ENTRY_OVERHEAD_BYTES + 2 * path.length
    const entry: Entry = { root, path, answer, bytes, used: false }
    const paths = this.#roots.get(root) ?? new Map<string, Entry>()
    this.#roots.set(root, paths.set(path, entry))
    this.#byAnswer.set(answer, entry)
    this.#bytes += bytes
    this.#evict()
  }

  /** Counts a body that was read for an answer. Without effect when the answer is cached no more. */
  grow(answer: StaticAnswer, bytes: number): void {
    const entry = this.#byAnswer.get(answer)
    if (entry === undefined) return
    entry.bytes += bytes
    this.#bytes += bytes
    this.#evict()
  }

  #evict(): void {
    while (this.#bytes > this.#maxBytes) {
      const [oldest] = this.#byAnswer.values() // a Map keeps the order of insertion
      if (oldest === undefined) return
      if (oldest.used) {
        oldest.used = false
        this.#byAnswer.delete(oldest.answer) // and to the end of the row
        this.#byAnswer.set(oldest.answer, oldest)
      } else this.#forget(oldest)
    }
  }

  #forget(entry: Entry | undefined): void {
    if (entry === undefined) return
    const { root, path, answer, bytes } = entry
    this.#byAnswer.delete(answer)
    const paths = this.#roots.get(root)
    paths?.delete(path)
    if (paths?.size === 0) this.#roots.delete(root)
    this.#bytes -= bytes
  }
}
