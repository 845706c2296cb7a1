import { setTimeout as sleep } from 'node:timers/promises'
import { certificateErrors } from '../errors.ts'
import { exchange, type HttpAnswer } from '../net/http-exchange.ts'
import { AccountKey, type ExternalAccount } from './account-key.ts'
import type { AcmeAuthorization, AcmeDirectory, AcmeOrder } from './acme-objects.ts'
import { type AcmeProblem, problemFrom, retryAfterMs } from './acme-problem.ts'

export interface AcmeClientOptions {
  directoryUrl: string
  /** PEM, for a private authority. */
  ca?: string | undefined
  /** PEM of the account's key. */
  accountKey: string
  /** Where the account is known already; `ensureAccount` finds it out. */
  accountUrl?: string | undefined
  signal?: AbortSignal
}

/** An answer with the object in it, and where it stands. */
export interface Located<Body> {
  url: string
  body: Body
  retryAfterMs: number | undefined
}

/** Bad nonces happen to the best: each answer brings a fresh one (RFC 8555, 6.5). */
const MAX_BAD_NONCES = 20
/** Answers 5xx and broken connections in a row, with a pause between them. */
const MAX_STUMBLES = 3
const STUMBLE_PAUSE_MS = 300

/**
 * Speaks ACME (RFC 8555) for one account. Each method is one request, so that the caller can note down where it is and
 * go on there after a crash. Rejects with `acme_unreachable`, or with `AcmeProblem` as the authority says it.
 */
export class AcmeClient {
  readonly #options: AcmeClientOptions
  readonly #key: AccountKey
  #accountUrl: string | undefined
  #directory: Promise<AcmeDirectory> | undefined
  #nonce: string | undefined

  constructor(options: AcmeClientOptions) {
    this.#options = options
    this.#accountUrl = options.accountUrl
    this.#key = new AccountKey(options.accountKey)
  }

  /** For messages: the host of the directory. */
  get authority(): string {
    return new URL(this.#options.directoryUrl).host
  }

  directory(): Promise<AcmeDirectory> {
    this.#directory ??= this.#get<AcmeDirectory>(this.#options.directoryUrl).then(({ body }) => {
      if (typeof body?.newOrder !== 'string') throw this.#unexpected('it is no ACME directory')
      return body
    })
    return this.#directory
  }

  /** Makes the account, or finds it again by its key. Returns its URL. Idempotent. */
  async ensureAccount({
    email,
    externalAccount,
  }: {
    email?: string | undefined
    externalAccount?: ExternalAccount | undefined
  }): Promise<string> {
    const { newAccount, meta } = await this.directory()
    if (meta?.externalAccountRequired && !externalAccount)
      throw certificateErrors.acme_account_needed({ authority: this.authority })
    const { url } = await this.#post(
      newAccount,
      {
        termsOfServiceAgreed: true,
        ...(email !== undefined && { contact: [`mailto:${email}`] }),
        ...(externalAccount && {
          externalAccountBinding: await this.#key.bindTo(externalAccount, newAccount),
        }),
      },
      { withKey: true },
    )
    this.#accountUrl = url
    return url
  }

  /** @param replaces the id of the certificate that this one follows (RFC 9773, 5) */
  async newOrder(
    names: readonly string[],
    { replaces }: { replaces?: string | undefined } = {},
  ): Promise<Located<AcmeOrder>> {
    const directory = await this.directory()
    const identifiers = names.map(value => ({ type: 'dns', value }))
    const follows = directory.renewalInfo !== undefined && replaces !== undefined ? { replaces } : {}
    return this.#post<AcmeOrder>(directory.newOrder, { identifiers, ...follows })
  }

  read<Body = AcmeOrder>(url: string): Promise<Located<Body>> {
    return this.#post<Body>(url, undefined)
  }

  authorization(url: string): Promise<Located<AcmeAuthorization>> {
    return this.#post<AcmeAuthorization>(url, undefined)
  }

  /** Says that the proof is in its place. */
  async answerChallenge(url: string): Promise<void> {
    await this.#post(url, {})
  }

  /** @param csr DER */
  finalize(url: string, csr: Uint8Array): Promise<Located<AcmeOrder>> {
    return this.#post<AcmeOrder>(url, { csr: Buffer.from(csr).toString('base64url') })
  }

  /** The chain as PEM, leaf first. */
  async certificate(url: string): Promise<string> {
    const answer = await this.#signed(url, undefined, { accept: 'application/pem-certificate-chain' })
    return answer.body.toString()
  }

  keyAuthorization(token: string): Promise<string> {
    return this.#key.keyAuthorization(token)
  }

  async #get<Body>(url: string): Promise<{ body: Body; retryAfterMs: number | undefined }> {
    const answer = await this.#exchange({ url, method: 'GET' })
    if (answer.status !== 200) throw this.#problem(answer)
    return { body: this.#json<Body>(answer), retryAfterMs: retryAfterMs(answer, Date.now()) }
  }

  async #post<Body>(
    url: string,
    payload: object | undefined,
    { withKey = false } = {},
  ): Promise<Located<Body>> {
    const answer = await this.#signed(url, payload, { withKey })
    return {
      url: answer.headers.location ?? url,
      body: this.#json<Body>(answer),
      retryAfterMs: retryAfterMs(answer, Date.now()),
    }
  }

  async #signed(
    url: string,
    payload: object | undefined,
    { withKey = false, accept = 'application/json' }: { withKey?: boolean; accept?: string },
  ): Promise<HttpAnswer> {
    for (let badNonces = 0; ; badNonces++) {
      const jws = await this.#key.sign(payload, {
        url,
        nonce: await this.#takeNonce(),
        accountUrl: withKey ? undefined : this.#accountUrl,
      })
      const headers = { 'content-type': 'application/jose+json', accept }
      const answer = await this.#exchange({ url, method: 'POST', headers, body: JSON.stringify(jws) })
      if (answer.status < 400) return answer
      const problem = this.#problem(answer)
      if (problem.type !== 'badNonce' || badNonces >= MAX_BAD_NONCES) throw problem
    }
  }

  async #takeNonce(): Promise<string> {
    if (this.#nonce === undefined)
      await this.#exchange({ url: (await this.directory()).newNonce, method: 'HEAD' })
    const nonce = this.#nonce
    if (nonce === undefined) throw this.#unexpected('it gives no nonce')
    this.#nonce = undefined
    return nonce
  }

  /** Questions are repeated a few times after a stumble; what changes something is not. */
  async #exchange(question: Parameters<typeof exchange>[0]): Promise<HttpAnswer> {
    const { ca, signal } = this.#options
    const headers = { 'user-agent': 'seaworthy', ...question.headers }
    for (let stumbles = 1; ; stumbles++) {
      const answer = await exchange({
        ...question,
        headers,
        ...(ca && { ca }),
        ...(signal && { signal }),
      }).catch((error: Error) => error)
      if (!(answer instanceof Error)) this.#keepNonce(answer)
      const stumbled = answer instanceof Error || answer.status >= 500
      if (!stumbled) return answer
      signal?.throwIfAborted()
      if (stumbles >= MAX_STUMBLES || question.method === 'POST') {
        if (!(answer instanceof Error)) return answer
        throw this.#unreachable(answer)
      }
      await sleep(STUMBLE_PAUSE_MS * stumbles, undefined, { signal })
    }
  }

  #keepNonce({ headers }: HttpAnswer): void {
    const nonce = headers['replay-nonce']
    if (typeof nonce === 'string' && /^[A-Za-z0-9_-]+$/.test(nonce)) this.#nonce = nonce
  }

  #json<Body>(answer: HttpAnswer): Body {
    if (answer.body.byteLength === 0) return {} as Body
    try {
      return JSON.parse(answer.body.toString())
    } catch {
      throw this.#unexpected('it is no JSON')
    }
  }

  #problem(answer: HttpAnswer): AcmeProblem {
    const json = /json/.test(answer.headers['content-type'] ?? '') ? parsed(answer.body) : {}
    return problemFrom(json, answer.status, retryAfterMs(answer, Date.now()))
  }

  #unreachable(cause: Error): Error {
    const { code, message } = cause as NodeJS.ErrnoException
    const problem = cause.name === 'TimeoutError' ? 'no answer in time' : (code ?? message)
    return certificateErrors.acme_unreachable({ authority: this.authority, problem }, { cause })
  }

  #unexpected(problem: string): Error {
    return certificateErrors.acme_answer_invalid({ authority: this.authority, problem })
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return {}
  }
}
