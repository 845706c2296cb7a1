import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { replaceFile } from '../replace-file.ts'
import { DistinctCounter, type DistinctState } from './distinct-counter.ts'

const DAY_MS = 86_400_000
/** Apps whose visitors are told apart; the views of further ones are counted without. */
const MAX_APPS = 5_000

interface KeptDay {
  day: number
  salt: string
  apps: Record<string, DistinctState>
}

/**
 * Who was seen on this day (UTC): the salt of the hashes, and how many different ones each app had. Both are in a
 * file, so that a restart counts nobody twice, and both are gone with the end of the day: nobody can tell any more
 * who came on which day.
 */
export class VisitDay {
  readonly #file: string
  #day: number
  #salt = newSalt()
  #apps = new Map<string, DistinctCounter>()
  #changed = true

  constructor({ file, now = Date.now() }: { file: string; now?: number }) {
    this.#file = file
    this.#day = dayOf(now)
  }

  get salt(): string {
    return this.#salt
  }

  /** Takes over what an edge of the same day left. */
  async load(): Promise<void> {
    const kept = await readKept(this.#file)
    if (kept?.day !== this.#day) return
    this.#salt = kept.salt
    this.#apps = new Map(Object.entries(kept.apps).map(([id, state]) => [id, DistinctCounter.from(state)]))
  }

  /** @returns whether a new day began, with a new salt */
  turn(now = Date.now()): boolean {
    if (dayOf(now) === this.#day) return false
    this.#day = dayOf(now)
    this.#salt = newSalt()
    this.#apps = new Map()
    this.#changed = true
    return true
  }

  /** @returns how many of the visitors had not been seen on this day */
  newVisitors(appId: string, hashes: readonly number[]): number {
    let counter = this.#apps.get(appId)
    if (!counter) {
      if (this.#apps.size >= MAX_APPS) return 0
      counter = new DistinctCounter()
      this.#apps.set(appId, counter)
    }
    const before = counter.count()
    for (const hash of hashes) counter.add(hash)
    this.#changed = true
    return Math.max(0, counter.count() - before)
  }

  /** Writes it down, over what an earlier day left. */
  async save(): Promise<void> {
    if (!this.#changed) return
    this.#changed = false
    const apps = Object.fromEntries([...this.#apps].map(([id, counter]) => [id, counter.state()]))
    await replaceFile(
      this.#file,
      JSON.stringify({ day: this.#day, salt: this.#salt, apps } satisfies KeptDay),
    )
  }
}

function dayOf(now: number): number {
  return Math.floor(now / DAY_MS)
}

function newSalt(): string {
  return randomBytes(32).toString('base64url')
}

/** Undefined for none, and for one that cannot be read: then the day begins anew. */
async function readKept(file: string): Promise<KeptDay | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}
