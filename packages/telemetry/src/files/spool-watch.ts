import { type FSWatcher, watch } from 'node:fs'

/** Above this many changes between two looks, watching costs more than looking. */
const BUSY_CHANGES = 400
const BUSY_LOOK_MS = 100
/** So long nothing is watched once it was busy. */
const BUSY_FOR_MS = 2_000

/**
 * Says when files of a folder may have grown. Nothing happens while they rest (inotify). Under a flood, where each
 * written line would cost an event, it stops listening for a while and just says "look" ten times a second.
 */
export class SpoolWatch {
  readonly #directory: string
  readonly #onChange: (name: string | undefined) => void
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #changes = 0
  #windowEnd = 0

  /** `onChange` gets the file's name, or undefined for "any". */
  constructor(directory: string, onChange: (name: string | undefined) => void) {
    this.#directory = directory
    this.#onChange = onChange
  }

  /** Watching can fail (folder not there yet, no inotify watches left): then only the caller's slow looks are left. */
  get isWatching(): boolean {
    return this.#watcher !== undefined || this.#timer !== undefined
  }

  /** Idempotent. Says "look" once, since files may have grown before. */
  start(): void {
    if (this.isWatching) return
    try {
      this.#watcher = watch(this.#directory, { persistent: false }, (_event, name) => this.#changed(name))
      this.#watcher.on('error', () => this.stop())
      this.#onChange(undefined)
    } catch {
      this.#watcher = undefined
    }
  }

  stop(): void {
    this.#watcher?.close()
    this.#watcher = undefined
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #changed(name: string | null): void {
    const now = performance.now()
    if (now > this.#windowEnd) {
      this.#windowEnd = now + BUSY_LOOK_MS
      this.#changes = 0
    }
    this.#changes += 1
    this.#onChange(name ?? undefined)
    if (this.#changes > BUSY_CHANGES) this.#lookInstead()
  }

  #lookInstead(): void {
    this.stop()
    const until = performance.now() + BUSY_FOR_MS
    this.#timer = setInterval(() => {
      this.#onChange(undefined)
      if (performance.now() < until) return
      this.stop()
      this.start()
    }, BUSY_LOOK_MS).unref()
  }
}
