import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type FlattenedJWS, FlattenedSign, type JWK } from 'jose'

/** External account binding (RFC 8555, 7.3.4): what an authority gave to who has an account with it already. */
export interface ExternalAccount {
  keyId: string
  /** The secret, base64url. */
  hmacKey: string
}

/** A new account key, PEM. */
export function createAccountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

/** Signs what is sent to an authority (RFC 8555, 6.2) with ES256. */
export class AccountKey {
  readonly #key: KeyObject
  readonly #jwk: JWK

  constructor(pem: string) {
    this.#key = createPrivateKey(pem)
    this.#jwk = createPublicKey(this.#key).export({ format: 'jwk' }) as JWK
  }

  /** What proves a challenge: `token.thumbprint` (RFC 8555, 8.1). */
  async keyAuthorization(token: string): Promise<string> {
    return `${token}.${await calculateJwkThumbprint(this.#jwk)}`
  }

  /** @param accountUrl missing only before the account is known: then the key itself goes along */
  sign(
    payload: object | undefined,
    { url, nonce, accountUrl }: { url: string; nonce: string; accountUrl?: string | undefined },
  ): Promise<FlattenedJWS> {
    const who = accountUrl === undefined ? { jwk: this.#jwk } : { kid: accountUrl }
    return new FlattenedSign(bytesOf(payload))
      .setProtectedHeader({ alg: 'ES256', nonce, url, ...who })
      .sign(this.#key)
  }

  bindTo({ keyId, hmacKey }: ExternalAccount, url: string): Promise<FlattenedJWS> {
    return new FlattenedSign(bytesOf(this.#jwk))
      .setProtectedHeader({ alg: 'HS256', kid: keyId, url })
      .sign(new Uint8Array(Buffer.from(hmacKey, 'base64url')))
  }
}

/** Nothing is sent to read something (POST-as-GET, RFC 8555, 6.3). */
function bytesOf(payload: object | undefined): Uint8Array {
  return new TextEncoder().encode(payload === undefined ? '' : JSON.stringify(payload))
}
