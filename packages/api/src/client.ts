/** The typed client of the API, for Node and for browsers. Loads no schemas, so that it starts fast. */

import type { z } from 'zod'
import { createTransport } from '#transport'
import { ApiError } from './api-error.ts'
import type { CanaryPlan } from './canary.ts'
import type { Deployment } from './deployment.ts'
import { type EndpointEntry, type EndpointId, endpointList } from './endpoint-list.ts'
import type { MadeApp } from './endpoint-schemas/app-jobs.ts'
import type { EndpointSchemasById } from './endpoint-schemas.ts'
import { followEvents } from './event-stream.ts'
import type { Pagination } from './paging.ts'
import type { Transport, TransportAnswer } from './transport.ts'
import { uploadBody } from './upload-body.ts'

export { ApiError, ApiUnreachable } from './api-error.ts'
export { EXEC_CLOSE, EXEC_PROTOCOL, EXEC_STREAM, type ExecEvent } from './exec-protocol.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:4400`; or `socketPath`, which wins. */
  baseUrl?: string
  socketPath?: string
  /** From `session.create`. Not needed over the socket. */
  token?: string | TokenSource
  /** Longest silence before an answer; 60 s when missing. */
  timeoutMs?: number
  /** What the list of sessions calls this program. A browser says its own. */
  userAgent?: string
}

/** Tokens that change while a program runs. */
export interface TokenSource {
  /** The token for the next request: one that is about to expire is renewed first. */
  current(): Promise<string | undefined>
  /** After `token` was refused: another one, which is tried once; undefined when there is none. */
  renew(token: string): Promise<string | undefined>
}

export interface ApiClient {
  /** Resolves with the `data` of the answer. Rejects with `ApiError` or `ApiUnreachable`. */
  call<Id extends EndpointId>(id: Id, ...options: MaybeOptional<CallOptions<Id>>): Promise<DataOf<Id>>
  /** Like `call`, for lists: with what the answer says about its pages. */
  page<Id extends EndpointId>(
    id: Id,
    ...options: MaybeOptional<CallOptions<Id>>
  ): Promise<{ data: DataOf<Id>; pagination: Pagination }>
  /** All pages of a list, one entry after the other. */
  all<Id extends EndpointId>(id: Id, ...options: MaybeOptional<CallOptions<Id>>): AsyncIterable<ItemOf<Id>>
  /** Events until the last one or until the signal aborts; reconnects where it left off. */
  stream<Id extends StreamId>(id: Id, options: CallOptions<Id> & StreamOptions): AsyncIterable<EventOf<Id>>
  /** The file of a `download` endpoint. It has come whole when the iteration ends without an error. */
  download<Id extends EndpointId>(
    id: Id,
    ...options: MaybeOptional<CallOptions<Id>>
  ): Promise<AsyncIterable<Uint8Array>>
  /** `deployments.create` with an archive, which is streamed. */
  upload(options: UploadOptions): Promise<Deployment>
  /** `apps.import` with a file, which is streamed. */
  importApp(options: ImportOptions): Promise<MadeApp>
  close(): void
}

export interface StreamOptions {
  lastEventId?: string
  /** How long to go on trying to reconnect without a sign of life; 60 s when missing. */
  giveUpAfterMs?: number
}

export interface UploadedFile {
  stream: AsyncIterable<Uint8Array>
  filename: string
  /** Sent as content length where it is known. */
  sizeBytes?: number
  onProgress?: ((sentBytes: number) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface UploadOptions extends UploadedFile {
  slug: string
  /** ISO 8601 */
  scheduledAt?: string
  /** Gets a share of the requests first. */
  canary?: CanaryPlan | undefined
}

export interface ImportOptions extends UploadedFile {
  /** `slug`, `name`, `team`, `passphrase`. */
  fields: Record<string, string>
}

type Schemas<Id extends EndpointId> = EndpointSchemasById[Id]
type InputOf<Id extends EndpointId, Part extends string> =
  Schemas<Id> extends Record<Part, infer Schema extends z.ZodType> ? z.input<Schema> : never

/** Numbers may be given where the address holds their text. */
type Loose<Value> = { [Key in keyof Value]: string extends Value[Key] ? Value[Key] | number : Value[Key] }
type ParamsPart<Id extends EndpointId> =
  Schemas<Id> extends { params: z.ZodType } ? { params: Loose<Required<InputOf<Id, 'params'>>> } : unknown
type QueryPart<Id extends EndpointId> =
  Schemas<Id> extends { query: z.ZodType }
    ? { query?: Partial<Loose<Required<InputOf<Id, 'query'>>>> }
    : unknown
type BodyPart<Id extends EndpointId> =
  Schemas<Id> extends { body: z.ZodType } ? { body: InputOf<Id, 'body'> } : unknown

export type CallOptions<Id extends EndpointId> = ParamsPart<Id> &
  QueryPart<Id> &
  BodyPart<Id> & { signal?: AbortSignal }
type MaybeOptional<Options> = Record<never, never> extends Options ? [options?: Options] : [options: Options]

export type DataOf<Id extends EndpointId> = z.output<Schemas<Id>['data']>
export type ItemOf<Id extends EndpointId> = DataOf<Id> extends (infer Item)[] ? Item : never
export type StreamId = {
  [Id in EndpointId]: Schemas<Id> extends { event: z.ZodType } ? Id : never
}[EndpointId]
export type EventOf<Id extends StreamId> =
  Schemas<Id> extends { event: infer Schema extends z.ZodType } ? z.output<Schema> : never

const DEFAULT_TIMEOUT_MS = 60_000
/** Three missed heartbeats of the server. */
const STREAM_IDLE_MS = 45_000

interface AnyOptions {
  params?: Record<string, string | number>
  query?: Record<string, string | number | undefined>
  body?: unknown
  signal?: AbortSignal
}

export function createClient(options: ClientOptions): ApiClient {
  const transport = createTransport(options)
  const client = new HttpClient(transport, options)
  return client as unknown as ApiClient
}

class HttpClient {
  readonly #transport: Transport
  readonly #options: ClientOptions

  constructor(transport: Transport, options: ClientOptions) {
    this.#transport = transport
    this.#options = options
  }

  async call(id: EndpointId, options: AnyOptions = {}): Promise<unknown> {
    return (await this.#answer(id, options)).data
  }

  async page(id: EndpointId, options: AnyOptions = {}): Promise<{ data: unknown; pagination: Pagination }> {
    const { data, pagination } = await this.#answer(id, options)
    return { data, pagination: pagination! }
  }

  async *all(id: EndpointId, options: AnyOptions = {}): AsyncIterable<unknown> {
    for (let page = 1; ; page++) {
      const answer = await this.page(id, { ...options, query: { limit: 100, ...options.query, page } })
      yield* answer.data as unknown[]
      if (!answer.pagination.hasNext) return
    }
  }

  stream(id: EndpointId, options: AnyOptions & StreamOptions = {}): AsyncIterable<unknown> {
    const entry: EndpointEntry = endpointList[id]
    const query = entry.stream?.when === 'follow' ? { ...options.query, follow: 'true' } : options.query
    return followEvents({
      open: (lastEventId, signal) => this.#openStream(entry, { ...options, query, signal }, lastEventId),
      last: entry.stream?.last ?? [],
      reconnect: entry.method === 'GET',
      giveUpAfterMs: options.giveUpAfterMs ?? DEFAULT_TIMEOUT_MS,
      lastEventId: options.lastEventId,
      signal: options.signal,
    })
  }

  async download(id: EndpointId, options: AnyOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#send(
      endpointList[id],
      options,
      {},
      this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    )
    if (response.statusCode !== 200) await readAnswer(response)
    return response
  }

  async upload(options: UploadOptions): Promise<Deployment> {
    const { slug, scheduledAt, canary } = options
    const fields = {
      ...(scheduledAt === undefined ? {} : { scheduledAt }),
      ...(canary === undefined ? {} : { canary: JSON.stringify(canary) }),
    }
    return (await this.#upload('deployments.create', { slug }, fields, options)) as Deployment
  }

  async importApp(options: ImportOptions): Promise<MadeApp> {
    return (await this.#upload('apps.import', {}, options.fields, options)) as MadeApp
  }

  async #upload(
    id: EndpointId,
    params: Record<string, string>,
    fields: Record<string, string>,
    options: UploadedFile,
  ): Promise<unknown> {
    const entry: EndpointEntry = endpointList[id]
    const { onProgress } = options
    const form = uploadBody({ fields, file: { ...options, field: 'archive' }, onProgress })
    const response = await this.#transport.send({
      method: entry.method,
      path: fillPath(entry.path, params),
      headers: this.#headers(form.headers, await this.#token()),
      body: form.chunks,
      idleTimeoutMs: this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: options.signal,
    })
    return (await readAnswer(response)).data
  }

  close(): void {
    this.#transport.close()
  }

  async #answer(id: EndpointId, options: AnyOptions): Promise<Answer> {
    const response = await this.#send(
      endpointList[id],
      options,
      {},
      this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    )
    return readAnswer(response)
  }

  async #openStream(
    entry: EndpointEntry,
    options: AnyOptions,
    lastEventId: string | undefined,
  ): Promise<TransportAnswer> {
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId
    const response = await this.#send(entry, options, headers, STREAM_IDLE_MS)
    if (response.statusCode !== 200) await readAnswer(response)
    return response
  }

  /** A request that was refused for its token is sent once more with a new one. */
  async #send(
    entry: EndpointEntry,
    options: AnyOptions,
    headers: Record<string, string>,
    idleTimeoutMs: number,
  ): Promise<TransportAnswer> {
    const token = await this.#token()
    const send = (own: string | undefined) => this.#sendWith(own, entry, options, headers, idleTimeoutMs)
    const answer = await send(token)
    const source = this.#options.token
    if (answer.statusCode !== 401 || typeof source !== 'object' || token === undefined) return answer
    const renewed = await source.renew(token)
    if (renewed === undefined) return answer
    for await (const _ of answer);
    return send(renewed)
  }

  #sendWith(
    token: string | undefined,
    entry: EndpointEntry,
    { params = {}, query, body, signal }: AnyOptions,
    headers: Record<string, string>,
    idleTimeoutMs: number,
  ): Promise<TransportAnswer> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    return this.#transport.send({
      method: entry.method,
      path: fillPath(entry.path, params) + queryString(query),
      headers: this.#headers({ accept: 'application/json', ...headers, ...bodyHeaders(text) }, token),
      body: text,
      idleTimeoutMs,
      signal,
    })
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#options
    return typeof token === 'object' ? token.current() : token
  }

  #headers(headers: Record<string, string>, token: string | undefined): Record<string, string> {
    const { userAgent } = this.#options
    const own = userAgent === undefined ? headers : { ...headers, 'user-agent': userAgent }
    return token ? { ...own, authorization: `Bearer ${token}` } : own
  }
}

/** The length is told because Node leaves it out for DELETE, whose body a server then takes for the next request. */
function bodyHeaders(text: string | undefined): Record<string, string> {
  if (text === undefined) return {}
  return {
    'content-type': 'application/json',
    'content-length': String(new TextEncoder().encode(text).byteLength),
  }
}

interface Answer {
  data: unknown
  pagination?: Pagination
}

async function readAnswer(response: TransportAnswer): Promise<Answer> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response) text += decoder.decode(chunk, { stream: true })
  const answer = parseJson(text + decoder.decode())
  const status = response.statusCode!
  if (status < 200 || status > 299) throw new ApiError({ ...answer, status })
  if (!('data' in answer))
    throw new ApiError({
      status,
      code: 'NOT_THE_PLATFORM',
      detail: 'The answer did not come from a Seaworthy platform.',
    })
  return answer as unknown as Answer
}

/** Something else than the platform may answer, in HTML. */
function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function fillPath(path: string, params: Record<string, string | number>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
}

function queryString(query: AnyOptions['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}
