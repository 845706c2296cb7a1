import { chmodSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { createServer } from '@seaworthy/kit/lean-http'
import type {
  EdgeCountersReport,
  EdgeEvent,
  EdgeStatus,
  RequestFilter,
  TablePush,
  VisitBatch,
} from '@seaworthy/routes'
import { ControlError } from './control-error.ts'
import type { TailReader } from './request-tails.ts'
import { readTailRequest } from './tail-request.ts'

/** What the control socket can ask of the edge. */
export interface EdgeControls {
  /** Resolves once every worker routes by the table. */
  applyTable(value: unknown): Promise<TablePush>
  /** The same for what is different from the table that it has. */
  changeTable(value: unknown): Promise<TablePush>
  table(): unknown
  counters(appId: string | undefined): EdgeCountersReport
  /** Undefined for a target that was never in a table. */
  inFlight(targetId: string): number | undefined
  subscribe(listener: (event: EdgeEvent) => void): () => void
  /** @returns a function that ends it; undefined when too many read along already */
  tailRequests(appId: string, filter: RequestFilter, reader: TailReader): (() => void) | undefined
  /** The same until it is forgotten; undefined for nothing. */
  visits(): VisitBatch | undefined
  forgetVisits(id: string): void
  /** Resolves once no worker holds what is meant any more. */
  purgeCache(value: unknown): Promise<{ purged: number }>
  status(): EdgeStatus
  /** Returns at once; the process exits when it is done. */
  drainAndExit(): void
}

const MAX_TABLE_BYTES = 64 * 1024 * 1024
const HEARTBEAT_MS = 10_000
/** What may wait for a slow reader of requests. */
const MAX_UNREAD_BYTES = 1024 * 1024

/**
 * HTTP over a unix socket that only our own user may open. Each process listens under a name of its own and makes the
 * common name point to it by a rename, so that a newer edge takes over without a moment in which none answers, and the
 * older one can still be asked to leave.
 */
export class ControlServer {
  readonly #controls: EdgeControls
  readonly #server: Server
  readonly #ownPath: string
  readonly #commonPath: string
  readonly #streams = new Set<ServerResponse>()

  constructor({
    controls,
    ownPath,
    commonPath,
  }: { controls: EdgeControls; ownPath: string; commonPath: string }) {
    this.#controls = controls
    this.#ownPath = ownPath
    this.#commonPath = commonPath
    this.#server = createServer(
      { keepAlive: true },
      (request, response) => void this.#answer(request, response),
    )
  }

  async start(): Promise<void> {
    mkdirSync(dirname(this.#ownPath), { recursive: true, mode: 0o700 })
    rmSync(this.#ownPath, { force: true })
    sweepDeadSockets(dirname(this.#ownPath))
    const before = process.umask(0o177) // the socket must not be open to others even for a moment
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen(this.#ownPath, resolve)
      })
    } finally {
      process.umask(before)
    }
    chmodSync(this.#ownPath, 0o600)
  }

  /** From now on `edge.sock` is this process. */
  takeOver(): void {
    const draft = `${this.#ownPath}.new`
    rmSync(draft, { force: true })
    linkSync(this.#ownPath, draft)
    renameSync(draft, this.#commonPath)
  }

  /** Ends the event streams, so that their readers turn to the edge that serves now. */
  endStreams(): void {
    for (const stream of this.#streams) stream.end()
  }

  stop(): void {
    if (this.#isCommon()) rmSync(this.#commonPath, { force: true })
    this.#server.close()
    this.#server.closeAllConnections()
    rmSync(this.#ownPath, { force: true })
  }

  #isCommon(): boolean {
    try {
      return statSync(this.#commonPath).ino === statSync(this.#ownPath).ino
    } catch {
      return false
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { pathname, searchParams } = new URL(request.url!, 'http://edge')
      const key = `${request.method} ${/^\/(targets|visits)(?=\/)/.exec(pathname)?.[0] ?? pathname}`
      if (key === 'GET /events') this.#stream(response)
      else if (key === 'GET /requests') this.#tail(response, searchParams)
      else send(response, 200, await this.#handle(key, request, pathname, searchParams))
    } catch (error) {
      sendError(response, error)
    }
  }

  async #handle(
    key: string,
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
  ): Promise<unknown> {
    const controls = this.#controls
    switch (key) {
      case 'PUT /table':
        return controls.applyTable(await readJson(request))
      case 'PATCH /table':
        return controls.changeTable(await readJson(request))
      case 'GET /table':
        return controls.table()
      case 'GET /counters':
        return controls.counters(query.get('appId') ?? undefined)
      case 'GET /targets':
        return this.#target(decodeURIComponent(path.slice('/targets/'.length)))
      case 'GET /visits':
        return controls.visits() ?? { id: '', apps: [] }
      case 'DELETE /visits':
        controls.forgetVisits(decodeURIComponent(path.slice('/visits/'.length)))
        return { forgotten: true }
      case 'POST /purge':
        return controls.purgeCache(await readJson(request))
      case 'GET /status':
        return controls.status()
      case 'POST /drain-and-exit':
        controls.drainAndExit()
        return { draining: true }
      default:
        throw new ControlError(
          404,
          'EDGE_UNKNOWN_REQUEST',
          `The edge does not know ${request.method} ${path}.`,
        )
    }
  }

  #target(id: string): { id: string; inFlight: number } {
    const inFlight = this.#controls.inFlight(id)
    if (inFlight !== undefined) return { id, inFlight }
    throw new ControlError(404, 'EDGE_UNKNOWN_TARGET', `The edge never had a target ${id}.`)
  }

  #stream(response: ServerResponse): void {
    const write = (event: EdgeEvent) => response.write(`${JSON.stringify(event)}\n`)
    // Who comes late is told at once, which must not come before the head.
    let unsubscribe = () => {}
    this.#keepOpen(response, () => unsubscribe())
    unsubscribe = this.#controls.subscribe(write)
  }

  #tail(response: ServerResponse, query: URLSearchParams): void {
    const { appId, filter } = readTailRequest(query)
    const unsubscribe = this.#controls.tailRequests(appId, filter, {
      write: line => response.write(line),
      isReady: () => response.writableLength < MAX_UNREAD_BYTES,
    })
    if (!unsubscribe) throw tooManyTails()
    this.#keepOpen(response, unsubscribe)
  }

  #keepOpen(response: ServerResponse, onClosed: () => void): void {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' })
    response.flushHeaders()
    const beat = () => response.write('{"type":"heartbeat"}\n')
    const heartbeat = setInterval(beat, HEARTBEAT_MS).unref()
    this.#streams.add(response)
    response.on('close', () => {
      this.#streams.delete(response)
      clearInterval(heartbeat)
      onClosed()
    })
  }
}

function tooManyTails(): ControlError {
  return new ControlError(
    503,
    'EDGE_TOO_MANY_TAILS',
    'Too many read requests along already. Try again later.',
  )
}

/** An edge that was killed leaves its socket behind. */
function sweepDeadSockets(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^edge-([0-9]+)\.sock$/.exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) rmSync(join(folder, name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_TABLE_BYTES)
      throw new ControlError(413, 'EDGE_TABLE_TOO_LARGE', 'The route table is too large.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new ControlError(400, 'EDGE_INVALID_JSON', 'The body is not JSON.')
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

function sendError(response: ServerResponse, error: unknown): void {
  if (error instanceof ControlError) {
    send(response, error.status, { code: error.code, message: error.message, ...error.details })
  } else {
    send(response, 500, { code: 'EDGE_FAILED', message: (error as Error).message })
  }
}
