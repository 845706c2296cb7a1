import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from './errors.ts'

/** 32 random bytes in base64 (`openssl rand -base64 32`), and the short id that sealed texts carry. */
export interface MasterKey {
  /** 1 to 32 of `A-Z a-z 0-9 _ -`. */
  id: string
  key: string
}

export interface KeyRingOptions {
  /** All keys that may still have to open something. */
  keys: MasterKey[]
  /** The id of the key that seals. */
  primary: string
}

/** What a sealed text is bound to: opening it with any other purpose or context fails. */
export interface SealBinding {
  /** Kind of secret; each has its own derived key: `env`, `session`. */
  purpose: string
  /** Where it belongs, so that a text copied to another row does not open: `app:a1/env:DATABASE_URL`. */
  context: string
}

export interface KeyRing {
  /** The id of the key that seals. */
  readonly primary: string
  /** The ids of all keys that open something. */
  readonly keyIds: readonly string[]
  /** `v1.<keyId>.<nonce>.<ciphertext and tag>`, the last two in base64url. The same text seals differently each time. */
  seal(plaintext: string, binding: SealBinding): string
  /** Rejects by throwing KeyRingError: tampered, bound elsewhere, of an unknown key, or malformed. */
  open(sealed: string, binding: SealBinding): string
  /** Whether the primary key sealed it. */
  isCurrent(sealed: string): boolean
  /** The same secret under the primary key, for rotation; the text itself when it is current and opens. */
  reseal(sealed: string, binding: SealBinding): string
  /**
   * Seals with another primary from now on, without a restart. Keys that `options` no longer holds open on until the
   * process ends: somebody may still carry a text that they sealed. Throws as `createKeyRing` does, changing nothing.
   */
  use(options: KeyRingOptions): void
}

/** The cause is never told: neither callers nor logs learn whether key, binding or bytes were wrong. */
export class KeyRingError extends AppError {
  constructor(code: 'key_invalid' | 'secret_unreadable' | 'key_unknown', message: string) {
    super(code, message)
  }
}

const KEY_BYTES = 32
const NONCE_BYTES = 12 // NIST SP 800-38D, 5.2.1.1: 96 bits is the length to use
const TAG_BYTES = 16
const SEALED = /^v1\.([\w-]{1,32})\.([\w-]{16})\.([\w-]{22,})$/

/**
 * AES-256-GCM under keys that HKDF-SHA256 (RFC 5869) derives from the master key, one for each purpose.
 * Fails closed: a key of the wrong length, a doubled id or an unknown primary throws here, before anything is sealed.
 */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  let masterKeys = readMasterKeys(options)
  let { primary } = options
  const derived = new Map<string, Buffer>()

  const ring: KeyRing = {
    get primary() {
      return primary
    },
    get keyIds() {
      return [...masterKeys.keys()]
    },
    seal(plaintext, binding) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyFor(primary, binding.purpose), nonce)
      cipher.setAAD(boundTo(primary, binding))
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${primary}.${nonce.toString('base64url')}.${body.toString('base64url')}`
    },
    open(sealed, binding) {
      const { keyId, nonce, ciphertext, tag } = parseSealed(sealed)
      const decipher = createDecipheriv('aes-256-gcm', keyFor(keyId, binding.purpose), nonce, {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(boundTo(keyId, binding)).setAuthTag(tag)
      return finish(() => Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8'))
    },
    isCurrent: sealed => parseSealed(sealed).keyId === primary,
    reseal(sealed, binding) {
      const plaintext = ring.open(sealed, binding)
      return ring.isCurrent(sealed) ? sealed : ring.seal(plaintext, binding)
    },
    use(next) {
      masterKeys = withKeys(masterKeys, readMasterKeys(next))
      primary = next.primary
    },
  }
  return ring

  function keyFor(keyId: string, purpose: string): Buffer {
    const name = `${keyId}/${purpose}`
    const key = derived.get(name) ?? deriveKey(keyId, purpose)
    derived.set(name, key)
    return key
  }

  function deriveKey(keyId: string, purpose: string): Buffer {
    const master = masterKeys.get(keyId)
    if (master === undefined) {
      throw new KeyRingError(
        'key_unknown',
        `The key '${keyId}' that sealed this secret is not in the ring. Add it back to the key file to read it.`,
      )
    }
    return Buffer.from(hkdfSync('sha256', master, '', `keyring/v1/${purpose}`, KEY_BYTES))
  }
}

/** A new master key with a random id. */
export function createMasterKey(): MasterKey {
  return { id: randomBytes(4).toString('hex'), key: randomBytes(KEY_BYTES).toString('base64') }
}

function readMasterKeys({ keys, primary }: KeyRingOptions): Map<string, Buffer> {
  const masterKeys = new Map<string, Buffer>()
  for (const { id, key } of keys) {
    if (!/^[\w-]{1,32}$/.test(id))
      throw new KeyRingError('key_invalid', 'A key id is 1 to 32 letters, digits, - or _.')
    if (masterKeys.has(id)) throw new KeyRingError('key_invalid', `Two keys have the id '${id}'.`)
    masterKeys.set(id, decodeKey(id, key))
  }
  if (!masterKeys.has(primary))
    throw new KeyRingError('key_invalid', `The primary key '${primary}' is not in the ring.`)
  return masterKeys
}

/** An id stands for one key for ever: what is derived from it is kept. */
function withKeys(known: Map<string, Buffer>, added: Map<string, Buffer>): Map<string, Buffer> {
  for (const [id, key] of added) {
    const before = known.get(id)
    if (before && !before.equals(key))
      throw new KeyRingError('key_invalid', `The id '${id}' already stands for another key.`)
  }
  return new Map([...known, ...added])
}

function decodeKey(id: string, key: string): Buffer {
  const bytes = Buffer.from(key, 'base64')
  // Buffer.from skips what is not base64, so that only the way back shows a damaged key.
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== key) {
    throw new KeyRingError(
      'key_invalid',
      `The key '${id}' is not 32 bytes in base64. Make one: openssl rand -base64 32`,
    )
  }
  return bytes
}

function parseSealed(sealed: string): { keyId: string; nonce: Buffer; ciphertext: Buffer; tag: Buffer } {
  const [, keyId, nonce, body] = SEALED.exec(sealed) ?? []
  if (keyId === undefined || nonce === undefined || body === undefined) throw unreadable()
  const bytes = Buffer.from(body, 'base64url')
  return {
    keyId,
    nonce: Buffer.from(nonce, 'base64url'),
    ciphertext: bytes.subarray(0, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  }
}

/** JSON keeps the parts apart: no purpose and context can be shifted into one another. */
function boundTo(keyId: string, { purpose, context }: SealBinding): Buffer {
  return Buffer.from(JSON.stringify(['v1', keyId, purpose, context]))
}

function finish(decrypt: () => string): string {
  try {
    return decrypt()
  } catch {
    throw unreadable()
  }
}

function unreadable(): KeyRingError {
  return new KeyRingError(
    'secret_unreadable',
    'The sealed secret cannot be opened: it is damaged or belongs elsewhere.',
  )
}
