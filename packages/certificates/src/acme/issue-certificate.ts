import { setTimeout as sleep } from 'node:timers/promises'
import { certificateErrors } from '../errors.ts'
import type { AcmeClient, Located } from './acme-client.ts'
import type { AcmeAuthorization, AcmeChallengeObject, AcmeOrder, ChallengeType } from './acme-objects.ts'
import { AcmeProblem, problemFrom } from './acme-problem.ts'

/** A question of the authority, with what answers it. */
export interface OpenChallenge {
  type: ChallengeType
  /** Without `*.`. */
  host: string
  token: string
  keyAuthorization: string
}

/** Puts proofs where the authority looks for them. Both may be called again with the same challenge. */
export interface ChallengePresenter {
  /** In order of preference; only these are ever presented. */
  readonly types: readonly ChallengeType[]
  /** Resolves once an authority that asks now would find it. */
  present(challenge: OpenChallenge, signal: AbortSignal): Promise<void>
  remove(challenge: OpenChallenge): Promise<void>
}

export interface IssueOptions {
  client: AcmeClient
  /** Of one certificate; wildcards too. */
  names: readonly string[]
  /** DER, for exactly these names. Made when the order is ready. */
  csr(): Promise<Uint8Array>
  presenter: ChallengePresenter
  /** The order of an earlier attempt that was cut off; given up by itself where it leads nowhere any more. */
  orderUrl?: string | undefined
  /** Called with each new order before anything is done about it. */
  onOrder(url: string): Promise<void>
  /** Id of the certificate that this one follows (RFC 9773). */
  replaces?: string | undefined
  signal: AbortSignal
  timeoutMs?: number
}

const TIMEOUT_MS = 120_000
const FIRST_POLL_MS = 200
const LONGEST_POLL_MS = 5_000

/** From an order to the chain, PEM. Cut off anywhere, it may be called again with the order that `onOrder` was told. */
export async function issueCertificate(options: IssueOptions): Promise<string> {
  const order = await openOrder(options)
  const settled = await settleOrder(options, order)
  return options.client.certificate(settled.body.certificate!)
}

async function openOrder(options: IssueOptions): Promise<Located<AcmeOrder>> {
  const kept = await keptOrder(options)
  if (kept) return kept
  const order = await newOrder(options)
  await options.onOrder(order.url)
  return order
}

/** An authority may not know any more what the certificate follows; that must not keep a name without one. */
async function newOrder({ client, names, replaces }: IssueOptions): Promise<Located<AcmeOrder>> {
  try {
    return await client.newOrder(names, { replaces })
  } catch (error) {
    const isAboutPredecessor =
      error instanceof AcmeProblem && ['alreadyReplaced', 'malformed'].includes(error.type)
    if (replaces === undefined || !isAboutPredecessor) throw error
    return client.newOrder(names)
  }
}

async function keptOrder({ client, orderUrl }: IssueOptions): Promise<Located<AcmeOrder> | undefined> {
  if (orderUrl === undefined) return undefined
  try {
    const order = await client.read(orderUrl)
    return order.body.status === 'invalid' ? undefined : { ...order, url: orderUrl }
  } catch (error) {
    // Unknown, expired or another account's: a new one is cheap.
    if (error instanceof AcmeProblem && error.status < 500 && error.type !== 'rateLimited') return undefined
    throw error
  }
}

async function settleOrder(options: IssueOptions, order: Located<AcmeOrder>): Promise<Located<AcmeOrder>> {
  const { client } = options
  let current = order
  if (current.body.status === 'pending') {
    await proveAll(options, current.body.authorizations)
    current = await pollOrder(options, order.url, ({ status }) => status !== 'pending')
  }
  if (current.body.status === 'ready') {
    await client.finalize(current.body.finalize, await options.csr())
    current = await pollOrder(options, order.url, ({ status }) => status === 'valid' || status === 'invalid')
  } else if (current.body.status === 'processing')
    current = await pollOrder(options, order.url, ({ status }) => status !== 'processing')
  if (current.body.status === 'valid' && current.body.certificate !== undefined) return current
  throw problemFrom(current.body.error ?? { detail: 'the order was given up' })
}

async function proveAll(options: IssueOptions, urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    const { body } = await options.client.authorization(url)
    // Authorities reuse what was proved a short time ago.
    if (body.status === 'valid') continue
    if (body.status !== 'pending') throw rejected(body)
    await prove(options, url, body)
  }
}

async function prove(options: IssueOptions, url: string, authorization: AcmeAuthorization): Promise<void> {
  const { client, presenter, signal } = options
  const object = chooseChallenge(options, authorization)
  const open: OpenChallenge = {
    type: object.type as ChallengeType,
    host: authorization.identifier.value,
    token: object.token,
    keyAuthorization: await client.keyAuthorization(object.token),
  }
  try {
    await presenter.present(open, signal)
    // An attempt that was cut off may have asked already.
    if (object.status === 'pending') await client.answerChallenge(object.url)
    await pollAuthorization(options, url)
  } finally {
    await presenter.remove(open)
  }
}

function chooseChallenge(
  { client, presenter }: IssueOptions,
  authorization: AcmeAuthorization,
): AcmeChallengeObject {
  const { challenges, identifier } = authorization
  for (const type of presenter.types) {
    const found = challenges.find(challenge => challenge.type === type)
    if (found) return found
  }
  const offered = challenges.map(({ type }) => type).join(', ')
  const problem = authorization.wildcard
    ? 'a wildcard is proved in DNS alone. Set a DNS driver for this domain.'
    : `it offers ${offered || 'nothing'}, and ${presenter.types.join(', ')} can be done here.`
  throw certificateErrors.acme_no_challenge({ authority: client.authority, host: identifier.value, problem })
}

async function pollAuthorization(options: IssueOptions, url: string): Promise<void> {
  const found = await poll(
    options,
    () => options.client.authorization(url),
    ({ status }) => status !== 'pending',
  )
  if (found.body.status !== 'valid') throw rejected(found.body)
}

/** The reason stands in the challenge that failed (RFC 8555, 8). */
function rejected({ challenges, status }: AcmeAuthorization): AcmeProblem {
  const failed = challenges.find(challenge => challenge.error !== undefined)
  return problemFrom(failed?.error ?? { detail: `the authorization is ${status}` })
}

function pollOrder(
  options: IssueOptions,
  url: string,
  isDone: (order: AcmeOrder) => boolean,
): Promise<Located<AcmeOrder>> {
  return poll(options, () => options.client.read(url), isDone)
}

async function poll<Body>(
  { client, names, signal, timeoutMs = TIMEOUT_MS }: IssueOptions,
  ask: () => Promise<Located<Body>>,
  isDone: (body: Body) => boolean,
): Promise<Located<Body>> {
  const giveUpAt = performance.now() + timeoutMs
  for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(LONGEST_POLL_MS, pauseMs * 1.5)) {
    const found = await ask()
    if (isDone(found.body)) return found
    const leftMs = giveUpAt - performance.now()
    if (leftMs <= 0)
      throw certificateErrors.acme_timed_out({
        authority: client.authority,
        host: names[0]!,
        seconds: Math.round(timeoutMs / 1000),
      })
    await sleep(Math.min(leftMs, found.retryAfterMs ?? pauseMs), undefined, { signal })
  }
}
