import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { parsePasswordHash } from '@seaworthy/routes'

/** How long a password that was right is not checked anew. */
const REMEMBERED_MS = 5 * 60_000
const MAX_REMEMBERED = 1_000
/** Checks that wait in one worker; each takes about a tenth of a second and 16 MB. */
const MAX_WAITING = 32

/** Too many checks wait already. */
export class ChecksBusy extends Error {}

/**
 * Checks passwords against scrypt hashes, off the thread that serves and one at a time for each worker. One that was
 * right is remembered for minutes by a digest with a key that only this process knows, so that not every request costs
 * a check; the same one asked many times at once is checked once.
 */
export class PasswordChecks {
  readonly #key = randomBytes(32)
  readonly #now: () => number
  /** When each is forgotten, by digest; the oldest first. */
  readonly #remembered = new Map<string, number>()
  readonly #running = new Map<string, Promise<boolean>>()
  #last: Promise<unknown> = Promise.resolve()

  constructor({ now = () => performance.now() }: { now?: () => number } = {}) {
    this.#now = now
  }

  /** What names a password at a hash here. Another hash for the same user is another name. */
  digest(hashText: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${hashText}\0${password}`).digest('base64')
  }

  remembers(digest: string): boolean {
    const until = this.#remembered.get(digest)
    return until !== undefined && until > this.#now()
  }

  /** Undefined where no check of it is under way. */
  running(digest: string): Promise<boolean> | undefined {
    return this.#running.get(digest)
  }

  /**
   * @param digest of the two others
   * @throws {ChecksBusy}
   */
  check(digest: string, hashText: string, password: string): Promise<boolean> {
    const running = this.#running.get(digest)
    if (running) return running
    if (this.#running.size >= MAX_WAITING) throw new ChecksBusy()
    const check = this.#last.then(() => matches(hashText, password))
    this.#last = check.catch(() => undefined)
    this.#running.set(digest, check)
    return check
      .then(isRight => {
        if (isRight) this.#remember(digest)
        return isRight
      })
      .finally(() => this.#running.delete(digest))
  }

  #remember(digest: string): void {
    this.#remembered.delete(digest)
    this.#remembered.set(digest, this.#now() + REMEMBERED_MS)
    if (this.#remembered.size > MAX_REMEMBERED) {
      this.#remembered.delete(this.#remembered.keys().next().value!)
    }
  }
}

async function matches(hashText: string, password: string): Promise<boolean> {
  const expected = parsePasswordHash(hashText)
  if (!expected) return false
  const { N, r, p, salt, hash } = expected
  const options = { N, r, p, maxmem: 128 * r * (N + p) + 1024 * 1024 }
  const found = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, salt, hash.length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
  return timingSafeEqual(found, hash)
}
