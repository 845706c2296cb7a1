import type { Logger } from '@seaworthy/kit'
import type { StaticSettings } from '@seaworthy/routes'
import type { ContentEncoding } from '../content/accept-encoding.ts'
import type { ClientRequest } from '../proxy/client-request.ts'
import type { ClientResponse } from '../proxy/client-response.ts'
import { CodedFiles } from './coded-files.ts'
import { type StaticAnswer, StaticCache } from './static-cache.ts'
import { type AnswerError, answerPlainError } from './static-error.ts'
import { loadRepresentation, type Representation } from './static-file.ts'
import { parseStaticPath, type StaticPath } from './static-path.ts'
import { resolveFallback, resolveStaticPath } from './static-resolve.ts'
import { sendRedirect, sendRepresentation } from './static-send.ts'

export interface StaticHandlerOptions {
  log: Logger
  /** Memory for bodies and their headers, in this thread. 32 MiB unless told. */
  maxCacheBytes?: number
  /** Larger files are streamed from disk. 256 KiB unless told. */
  maxCachedFileBytes?: number
  /** Writes the edge's own error pages (400, 404, 405, 500); a line of plain text unless told. */
  answerError?: AnswerError
}

/**
 * Answers a request of a `static` route from `settings.root`, and never rejects.
 *
 * `requestPath` is the request target as it came (still percent-encoded, with or without its query); where the
 * route has a path prefix, without that prefix but with its leading slash. `extraHeaders` is a flat list
 * (`['x-request-id', '…']`) added to whatever is answered: use it instead of `response.setHeader`, which sends
 * Node down a slower way. Returns undefined when the answer was written at once (from memory), else a promise.
 */
export type StaticHandler = (
  request: ClientRequest,
  response: ClientResponse,
  settings: StaticSettings,
  requestPath: string,
  extraHeaders?: readonly string[],
  options?: StaticAnswerOptions,
) => Promise<void> | undefined

export interface StaticAnswerOptions {
  /** Files are compressed here where that makes them smaller; unless told otherwise they are. */
  compress?: boolean
  /** Sent as `Cache-Control` in place of what suits the file's name. */
  cacheControl?: string | undefined
}

const MIB = 1024 * 1024

/** The tree below a root must never change: a release has its own root, so what is cached stays true. */
export function createStaticHandler({
  log,
  maxCacheBytes = 32 * MIB,
  maxCachedFileBytes = MIB / 4,
  answerError = answerPlainError,
}: StaticHandlerOptions): StaticHandler {
  const cache = new StaticCache({ maxBytes: maxCacheBytes })
  const codedFiles = new CodedFiles({ maxBytes: maxCacheBytes / 4 })
  const context: Context = { cache, codedFiles, maxCachedFileBytes, answerError, log, loading: new Map() }

  return (request, response, settings, requestPath, extraHeaders, options) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answerError(request, response, 405, withExtra(['Allow', 'GET, HEAD'], extraHeaders))
      return undefined
    }
    const query = requestPath.indexOf('?')
    const path = query === -1 ? requestPath : requestPath.slice(0, query)
    const compress = options?.compress !== false
    const cacheControl = options?.cacheControl
    const about = { request, response, settings, path }
    const exchange: Exchange = { ...about, requestPath, extraHeaders, compress, cacheControl }
    const cached = cache.get(settings.root, path)
    if (cached !== undefined && answerAtOnce(exchange, cached)) return undefined
    return answerFromDisk(context, exchange, cached)
  }
}

interface Context {
  cache: StaticCache
  codedFiles: CodedFiles
  maxCachedFileBytes: number
  answerError: AnswerError
  log: Logger
  /** Files being looked up, so that many first requests read the disk once. */
  loading: Map<string, Promise<StaticAnswer>>
}

interface Exchange {
  request: ClientRequest
  response: ClientResponse
  settings: StaticSettings
  path: string
  requestPath: string
  extraHeaders: readonly string[] | undefined
  compress: boolean
  cacheControl: string | undefined
}

/** The hot path: true when memory held all that the answer needs. */
function answerAtOnce(
  { request, response, requestPath, extraHeaders, compress, cacheControl }: Exchange,
  answer: StaticAnswer,
): boolean {
  if (answer.kind === 'redirect') {
    sendRedirect(response, answer.location, requestPath, extraHeaders)
    return true
  }
  if (answer.kind === 'none') return false
  const representation = answer.file.loaded(request.headers['accept-encoding'], compress)
  if (representation?.body === undefined) return false
  sendRepresentation(request, response, answer.status, representation, extraHeaders, cacheControl)
  return true
}

async function answerFromDisk(context: Context, exchange: Exchange, cached?: StaticAnswer): Promise<void> {
  const { request, response, extraHeaders } = exchange
  try {
    const path = parseStaticPath(exchange.path)
    if (path === 'malformed') return context.answerError(request, response, 400, withExtra([], extraHeaders))
    const answer = cached ?? (await findAnswer(context, exchange, path))
    if (answer.kind === 'none')
      return context.answerError(request, response, 404, withExtra([], extraHeaders))
    if (answer.kind === 'file') await sendFile(context, exchange, answer)
    else sendRedirect(response, answer.location, exchange.requestPath, extraHeaders)
  } catch (error) {
    answerFailure(context, exchange, error)
  }
}

async function findAnswer(context: Context, exchange: Exchange, path: StaticPath): Promise<StaticAnswer> {
  const { root, spa } = exchange.settings
  const found = await once(context, root, exchange.path, () => resolveStaticPath(root, path))
  if (found.kind !== 'none') return found
  // Unknown paths are endless, so each is looked up anew; the page they all get is kept.
  const fallback = path.isNavigation ? (spa ? 'spa' : 'navigation') : 'missing'
  return await once(context, root, `\0${fallback}`, () => resolveFallback(root, fallback))
}

/** Runs one lookup for all who ask at the same time, and keeps what it found. */
function once(
  { cache, loading }: Context,
  root: string,
  path: string,
  look: () => Promise<StaticAnswer>,
): Promise<StaticAnswer> {
  const cached = cache.get(root, path)
  if (cached !== undefined) return Promise.resolve(cached)
  const key = `${root}\0${path}`
  const running = loading.get(key)
  if (running !== undefined) return running
  const started = look()
    .then(answer => {
      if (answer.kind !== 'none') cache.set(root, path, answer)
      return answer
    })
    .finally(() => loading.delete(key))
  loading.set(key, started)
  return started
}

type FileAnswer = Extract<StaticAnswer, { kind: 'file' }>

async function sendFile(context: Context, exchange: Exchange, answer: FileAnswer): Promise<void> {
  const { request, response, extraHeaders, compress, cacheControl } = exchange
  const encoding = answer.file.pick(request.headers['accept-encoding'], compress)
  const representation =
    (await load(context, exchange, answer, encoding)) ?? (await load(context, exchange, answer, 'identity'))
  await sendRepresentation(request, response, answer.status, representation!, extraHeaders, cacheControl)
}

async function load(
  { cache, codedFiles, maxCachedFileBytes: maxBodyBytes }: Context,
  { settings: { root } }: Exchange,
  answer: FileAnswer,
  encoding: ContentEncoding,
): Promise<Representation | undefined> {
  const { file } = answer
  const loaded = file.representations.get(encoding)
  if (loaded) return loaded
  const representation = await loadRepresentation(file, encoding, { root, maxBodyBytes, codedFiles })
  const faster = file.representations.get(encoding) // another request's
  if (faster || !representation) return faster
  file.representations.set(encoding, representation)
  cache.grow(answer, representation.memoryBytes)
  return representation
}

function answerFailure({ log, answerError }: Context, exchange: Exchange, error: unknown): void {
  const { request, response, extraHeaders, settings, path } = exchange
  const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
  if (!isGone) log.error({ err: error, root: settings.root, path }, 'static file could not be served')
  if (response.headersSent) response.destroy()
  else answerError(request, response, isGone ? 404 : 500, withExtra([], extraHeaders))
}

function withExtra(headers: string[], extra: readonly string[] | undefined): string[] {
  return extra === undefined ? headers : [...headers, ...extra]
}
