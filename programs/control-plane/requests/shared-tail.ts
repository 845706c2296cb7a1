/** Many who follow the same, and one source for all of them. */

export interface SharedTailOptions<Line> {
  /** Opens the source until the signal aborts; says whenever it has begun to tell, and whenever it broke off. */
  open(signal: AbortSignal, told: (isTelling: boolean) => void): AsyncIterable<Line>
  /** In place of what a slow follower missed. */
  missed(count: number): Line
  /** Lines that may wait for one follower. */
  maxWaiting: number
}

export interface FollowOptions {
  signal: AbortSignal
  /** Called whenever the source has begun to tell, at once where it does already. */
  listening?: (() => void) | undefined
}

/** The source is open while somebody follows. A slow follower misses lines and is told how many; the others wait for nobody. */
export class SharedTail<Line> {
  readonly #options: SharedTailOptions<Line>
  readonly #followers = new Set<Follower<Line>>()
  #source: AbortController | undefined
  #isTelling = false

  constructor(options: SharedTailOptions<Line>) {
    this.#options = options
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0
  }

  /** What comes from now on, until the signal aborts. */
  async *follow({ signal, listening }: FollowOptions): AsyncGenerator<Line> {
    if (signal.aborted) return
    const follower = new Follower<Line>(this.#options, listening)
    const end = () => follower.end()
    signal.addEventListener('abort', end, { once: true })
    this.#add(follower)
    try {
      yield* follower.lines()
    } finally {
      signal.removeEventListener('abort', end)
      this.#remove(follower)
    }
  }

  #add(follower: Follower<Line>): void {
    this.#followers.add(follower)
    if (this.#isTelling) follower.listening?.()
    if (this.#source === undefined) void this.#run()
  }

  #remove(follower: Follower<Line>): void {
    this.#followers.delete(follower)
    if (this.isFollowed) return
    this.#source?.abort()
    this.#source = undefined
    this.#isTelling = false
  }

  async #run(): Promise<void> {
    const source = new AbortController()
    this.#source = source
    const isMine = () => this.#source === source
    const told = (isTelling: boolean) => {
      if (isMine()) this.#tell(isTelling)
    }
    for await (const line of this.#options.open(source.signal, told)) {
      if (!isMine()) return
      for (const follower of this.#followers) follower.push(line)
    }
  }

  #tell(isTelling: boolean): void {
    this.#isTelling = isTelling
    if (isTelling) for (const { listening } of this.#followers) listening?.()
  }
}

/** Lines between the source and somebody who takes them one by one. */
class Follower<Line> {
  readonly listening: (() => void) | undefined
  readonly #options: SharedTailOptions<Line>
  #lines: Line[] = []
  #missed = 0
  #ended = false
  #wake: () => void = () => undefined

  constructor(options: SharedTailOptions<Line>, listening: (() => void) | undefined) {
    this.#options = options
    this.listening = listening
  }

  push(line: Line): void {
    if (this.#lines.length < this.#options.maxWaiting) this.#lines.push(line)
    else this.#missed++
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  async *lines(): AsyncGenerator<Line> {
    while (!this.#ended) {
      const [lines, missed] = [this.#lines, this.#missed]
      this.#lines = []
      this.#missed = 0
      yield* lines
      if (missed > 0) yield this.#options.missed(missed)
      if (this.#lines.length > 0 || this.#ended) continue
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }
}
