import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { EdgeLog } from '../edge-log.ts'
import { SESSION_SECONDS } from './tls-policy.ts'

/** What seals session tickets (RFC 5077, 4). Each part has 16 bytes. */
export interface TicketKey {
  /** Tells in a ticket which key it was sealed with. */
  name: Uint8Array
  hmac: Uint8Array
  aes: Uint8Array
  /** Milliseconds since 1970. */
  madeAt: number
}

export interface TicketKeysOptions {
  file: string
  log: EdgeLog
  /** The new list; also for the keys that another process of this home has made meanwhile. */
  onChanged(keys: readonly TicketKey[]): void
  now?: () => number
}

const ROTATE_MS = SESSION_SECONDS * 1000
const PART_BYTES = 16
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * The keys of session tickets, newest first: made at random, changed daily, kept on disk so that the edge which takes
 * over resumes the sessions of this one. Tickets of the previous key are still accepted. A key that leaks opens recorded
 * TLS 1.2 traffic of its day, so the file is ours alone and old keys are forgotten.
 */
export class TicketKeys {
  readonly #options: TicketKeysOptions
  readonly #now: () => number
  #keys: readonly TicketKey[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(options: TicketKeysOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** Reads or makes the keys, and keeps them changing. Idempotent. */
  start(): readonly TicketKey[] {
    if (this.#timer === undefined) this.#refresh()
    return this.#keys
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #refresh(): void {
    const now = this.#now()
    const known = readKeys(this.#options.file).filter(({ madeAt }) => madeAt > now - 2 * ROTATE_MS)
    const isFresh = known[0] !== undefined && known[0].madeAt > now - ROTATE_MS
    this.#keys = isFresh ? known : [makeKey(now), ...known.slice(0, 1)]
    if (!isFresh) this.#save()
    const dueInMs = this.#keys[0]!.madeAt + ROTATE_MS - now
    this.#timer = setTimeout(
      () => this.#change(),
      Math.min(Math.max(dueInMs, 1_000), LONGEST_TIMER_MS),
    ).unref()
  }

  #change(): void {
    this.#refresh()
    this.#options.onChanged(this.#keys)
  }

  /** Sessions resume without the file too, but not in the edge that follows. */
  #save(): void {
    const { file, log } = this.#options
    try {
      mkdirSync(dirname(file), { recursive: true })
      const draft = `${file}.${process.pid}.new`
      writeFileSync(draft, JSON.stringify(this.#keys.map(written)), { mode: 0o600 })
      chmodSync(draft, 0o600) // a draft that was left behind keeps its mode
      renameSync(draft, file)
    } catch (error) {
      log.error({ error: (error as Error).message }, 'the keys of TLS sessions could not be kept')
    }
  }
}

function makeKey(madeAt: number): TicketKey {
  const part = () => randomBytes(PART_BYTES)
  return { name: part(), hmac: part(), aes: part(), madeAt }
}

type WrittenKey = { [part in 'name' | 'hmac' | 'aes']: string } & { madeAt: number }

function written({ name, hmac, aes, madeAt }: TicketKey): WrittenKey {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return { name: text(name), hmac: text(hmac), aes: text(aes), madeAt }
}

/** Nothing where there is no such file or it is damaged: then new keys are made. */
function readKeys(file: string): TicketKey[] {
  try {
    const list = JSON.parse(readFileSync(file, 'utf8')) as WrittenKey[]
    return list.map(parseKey)
  } catch {
    return []
  }
}

function parseKey({ madeAt, ...texts }: WrittenKey): TicketKey {
  const part = (name: 'name' | 'hmac' | 'aes') => {
    const bytes = Buffer.from(texts[name], 'base64')
    if (bytes.length !== PART_BYTES) throw new Error('not a key')
    return bytes
  }
  if (!Number.isFinite(madeAt)) throw new Error('not a key')
  return { name: part('name'), hmac: part('hmac'), aes: part('aes'), madeAt }
}
