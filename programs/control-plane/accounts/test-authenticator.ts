/**
 * For tests: a passkey in software, which answers as the test says. It does what no real one would, such as naming
 * another origin; that real ones are understood is tested with a browser.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'

export interface AuthenticatorLies {
  origin?: string
  rpId?: string
  challenge?: string
  userVerified?: boolean
  counter?: number
  userHandle?: string
  /** Signs with another key. */
  key?: KeyObject
}

const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const HAS_CREDENTIAL = 0x40

export class TestAuthenticator {
  readonly id = randomBytes(32).toString('base64url')
  counter = 1
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #origin: string

  constructor({ origin }: { origin: string }) {
    this.#origin = origin
  }

  register(challenge: string, lies: AuthenticatorLies = {}): RegistrationResponseJSON {
    const credentialId = Buffer.from(this.id, 'base64url')
    const length = Buffer.from([0, credentialId.length])
    const credential = Buffer.concat([Buffer.alloc(16), length, credentialId, this.#coseKey()])
    const authData = Buffer.concat([this.#head(HAS_CREDENTIAL, lies), credential])
    const clientData = this.#clientData('webauthn.create', challenge, lies)
    const response = {
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: attestationObject(authData).toString('base64url'),
    }
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {}, response }
  }

  authenticate(challenge: string, userId: string, lies: AuthenticatorLies = {}): AuthenticationResponseJSON {
    this.counter += 1
    const authData = this.#head(0, lies)
    const clientData = this.#clientData('webauthn.get', challenge, lies)
    const signed = Buffer.concat([authData, sha256(clientData)])
    const response = {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, lies.key ?? this.#keys.privateKey).toString('base64url'),
      userHandle: Buffer.from(lies.userHandle ?? userId).toString('base64url'),
    }
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {}, response }
  }

  #clientData(type: string, challenge: string, lies: AuthenticatorLies): Buffer {
    const facts = { type, challenge: lies.challenge ?? challenge, origin: lies.origin ?? this.#origin }
    return Buffer.from(JSON.stringify({ ...facts, crossOrigin: false }))
  }

  /** WebAuthn, 6.1. */
  #head(flags: number, { rpId, userVerified = true, counter = this.counter }: AuthenticatorLies): Buffer {
    const head = Buffer.alloc(37)
    sha256(Buffer.from(rpId ?? new URL(this.#origin).hostname)).copy(head)
    head.writeUInt8(flags | USER_PRESENT | (userVerified ? USER_VERIFIED : 0), 32)
    head.writeUInt32BE(counter, 33)
    return head
  }

  /** RFC 9053, 7.1.1: kty EC2, alg ES256, crv P-256, x, y. */
  #coseKey(): Buffer {
    const { x, y } = this.#keys.publicKey.export({ format: 'jwk' })
    const bytes = (coordinate: string) => Buffer.from(coordinate, 'base64url')
    return Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      bytes(x!),
      Buffer.from('225820', 'hex'),
      bytes(y!),
    ])
  }
}

/** CBOR of `{ fmt: 'none', attStmt: {}, authData }`. */
function attestationObject(authData: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(authData.length)
  const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
  const head = [Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0])]
  return Buffer.concat([...head, text('authData'), Buffer.from([0x59]), length, authData])
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
