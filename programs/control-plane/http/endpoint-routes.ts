/** Makes a Fastify route of each endpoint: policy, validation, audit entry, envelope, streams. */
import { type Endpoint, type EndpointId, endpoints, paginate } from '@seaworthy/api'
import type { Logger } from '@seaworthy/kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AuditLog } from '../audit/audit-log.ts'
import { auditOf, type RequestAudit } from './audit-trail.ts'
import type {
  Call,
  Implementation,
  Implementations,
  PageRequest,
  SocketCall,
  StreamCall,
} from './endpoint-implementation.ts'
import { httpErrors } from './errors.ts'
import { sendEvents } from './event-stream.ts'
import { sendDownload } from './file-download.ts'
import { type Authorize, authorizer } from './route-guard.ts'
import { requireUpgrade, upgrade, wantsWebSocket } from './socket-upgrade.ts'
import { type StillAllowed, watchAccess } from './still-allowed.ts'
import { validateRequest } from './validation.ts'

export interface EndpointRoutesOptions {
  implementations: Implementations
  audit: Pick<AuditLog, 'append'>
  /** Asked again and again while a stream runs. */
  stillAllowed: StillAllowed
  /** Aborts when the server stops. */
  stopping: AbortSignal
  heartbeatMs: number
  /** Checks each answer against its schema, and fails the request that breaks it. For tests. */
  checkAnswers: boolean
  log: Logger
}

const DEFAULT_PAGE_LIMIT = 20
/** Longest time that a stream goes on for somebody who lost the right to read it. */
const MAX_UNCHECKED_MS = 15_000
/** RFC 6455, section 7.4.1. */
const INTERNAL_ERROR = 1011

/** Throws when an endpoint of the catalogue has no implementation. */
export function registerEndpoints(server: FastifyInstance, options: EndpointRoutesOptions): void {
  for (const endpoint of endpoints) {
    const implementation = options.implementations[endpoint.id] as AnyImplementation | undefined
    if (!implementation) throw new TypeError(`Endpoint ${endpoint.id} has no implementation.`)
    server.route({
      method: endpoint.method,
      url: endpoint.path.replace(/\{(\w+)\}/g, ':$1'),
      config: { action: endpoint.action, resource: endpoint.resource },
      // The head of a stream alone would have to wait for the end of its body.
      exposeHeadRoute: endpoint.stream === undefined,
      handler: (request, reply) => handle({ endpoint, implementation, request, reply, options }),
    })
  }
}

type AnyImplementation = Implementation<EndpointId>

interface Handling {
  endpoint: Endpoint
  implementation: AnyImplementation
  request: FastifyRequest
  reply: FastifyReply
  options: EndpointRoutesOptions
}

/** What is done with a call, once it is known to be valid. */
interface Answering extends Handling {
  call: Call<EndpointId>
  audit: RequestAudit
}

async function handle(handling: Handling): Promise<unknown> {
  const { endpoint, request, reply, options } = handling
  const isUpload = request.isMultipart()
  if (isUpload && !endpoint.upload) throw httpErrors.form_refused({ reason: 'only JSON is taken here' })
  const given = { params: request.params, query: request.query, body: request.body }
  const parts = validateRequest(isUpload ? { ...endpoint, body: undefined } : endpoint, given)
  const signal = AbortSignal.any([options.stopping, clientLeft(reply)])
  const { actor, app, team } = request
  const { authorize, wasAsked } = askedOnce(request)
  const audit = auditOf(request, { action: endpoint.action, audit: options.audit })
  const call = {
    ...parts,
    ...{ actor, app, team, authorize, audit: audit.call, signal, request, reply },
  } as Call<EndpointId>
  if (endpoint.socket) return openSocket({ ...handling, call, audit })
  if (wantsStream(endpoint, call)) return stream({ ...handling, call, audit })
  if (endpoint.download) return download({ ...handling, call, audit })
  const answered = await answer({ ...handling, call, audit })
  if (endpoint.resource === 'handler' && !wasAsked())
    throw new TypeError(`Endpoint ${endpoint.id} answered without having asked the policy.`)
  return answered
}

function askedOnce(request: FastifyRequest): { authorize: Authorize; wasAsked: () => boolean } {
  const ask = authorizer(request)
  let asked = false
  return {
    authorize: (resource, notFound) => {
      asked = true
      ask(resource, notFound)
    },
    wasAsked: () => asked,
  }
}

/** A response that closes before it is finished has lost its client. */
function clientLeft(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

function wantsStream({ stream }: Endpoint, call: Call<EndpointId>): boolean {
  if (!stream) return false
  return stream.when === 'always' || (call.query as { follow?: string } | undefined)?.follow === 'true'
}

async function stream({
  endpoint,
  implementation,
  request,
  reply,
  options,
  call,
  audit,
}: Answering): Promise<FastifyReply> {
  const lastEventId = request.headers['last-event-id'] as string | undefined
  // Leaving a stream in the middle is what its reader does when it has seen enough.
  const left = new AbortController()
  reply.raw.once('close', () => left.abort())
  const signal = AbortSignal.any([options.stopping, left.signal])
  const { log, heartbeatMs } = options
  const isAllowed = () => options.stillAllowed(request, endpoint.action)
  const everyMs = Math.min(heartbeatMs, MAX_UNCHECKED_MS)
  void watchAccess({ isAllowed, everyMs, signal, onLost: () => left.abort(), log })
  const events = await implementation.stream!({ ...call, signal, lastEventId } as StreamCall<EndpointId>)
  // Before the first event: a stream may go on for hours.
  await audit.finish()
  await sendEvents({ reply, events, signal, heartbeatMs, log })
  return reply
}

/** The request may have been let go meanwhile: then there is nobody to serve. */
async function openSocket({
  endpoint,
  implementation,
  request,
  reply,
  options,
  call,
  audit,
}: Answering): Promise<FastifyReply> {
  const protocol = implementation.protocol!
  if (!wantsWebSocket(request.raw)) await tryInVain(implementation, call)
  requireUpgrade(request, protocol)
  const { log, heartbeatMs, stopping } = options
  const left = new AbortController()
  const lost = new AbortController()
  request.raw.socket.once('close', () => left.abort())
  const serve = await implementation.socket!({
    ...call,
    stopping,
    notAllowed: lost.signal,
    onEnd: work =>
      left.signal.aborted ? work() : left.signal.addEventListener('abort', work, { once: true }),
  } as SocketCall<EndpointId>)
  await audit.finish()
  const isAllowed = () => options.stillAllowed(request, endpoint.action)
  const everyMs = Math.min(heartbeatMs, MAX_UNCHECKED_MS)
  void watchAccess({ isAllowed, everyMs, signal: left.signal, onLost: () => lost.abort(), log })
  const socket = await upgrade(request, reply, protocol)
  serve(socket).catch(error => {
    log.error({ err: error }, 'a socket failed')
    socket.close(INTERNAL_ERROR)
  })
  return reply
}

/**
 * A page never learns why its WebSocket was refused (WHATWG WebSockets, 4): it asks again without one, and is told what
 * stands in the way, if anything does.
 */
async function tryInVain(implementation: AnyImplementation, call: Call<EndpointId>): Promise<void> {
  const endings: (() => void)[] = []
  const never = new AbortController().signal
  const onEnd = (work: () => void) => void endings.push(work)
  await implementation.socket!({
    ...call,
    stopping: never,
    notAllowed: never,
    onEnd,
  } as SocketCall<EndpointId>)
  for (const end of endings) end()
}

async function download({ implementation, reply, call, audit }: Answering): Promise<FastifyReply> {
  const file = await implementation.download!(call)
  await audit.finish()
  return sendDownload(reply, file)
}

async function answer({
  endpoint,
  implementation,
  reply,
  options,
  request,
  call,
  audit,
}: Answering): Promise<object> {
  const meta = { requestId: request.id, timestamp: new Date().toISOString() }
  const result = endpoint.paged
    ? await pageOf(implementation, call)
    : { data: await implementation.answer!(call) }
  await audit.finish()
  if (options.checkAnswers) endpoint.data.parse(result.data)
  reply.code(endpoint.success ?? 200).header('cache-control', 'no-store')
  return { success: true, ...result, meta }
}

async function pageOf(implementation: AnyImplementation, call: Call<EndpointId>) {
  const page = pageRequest(call.query as unknown as Partial<PageRequest>)
  const { items, total } = await implementation.page!(call, page)
  return { data: items, pagination: paginate({ ...page, total }) }
}

function pageRequest({
  page = 1,
  limit = DEFAULT_PAGE_LIMIT,
  order = 'desc',
}: Partial<PageRequest>): PageRequest {
  return { page, limit, order }
}
