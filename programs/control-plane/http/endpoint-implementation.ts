/** What a domain's `*.routes.ts` gives for each endpoint of the catalogue. Typed by the endpoint's schemas. */

import type { EndpointId, EndpointSchemasById } from '@seaworthy/api'
import type { DataOf, EventOf, StreamId } from '@seaworthy/api/client'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { AppRow, TeamRow } from '../store/schema.ts'
import type { CallAudit } from './audit-trail.ts'
import type { Download } from './file-download.ts'
import type { Authorize } from './route-guard.ts'

export interface Call<Id extends EndpointId> {
  params: OutputOf<Id, 'params'>
  query: OutputOf<Id, 'query'>
  body: OutputOf<Id, 'body'>
  actor: Actor
  /** The app or the team that the path names by `{slug}` or `{team}`. The policy has let the actor at it. */
  app: OutputOf<Id, 'params'> extends { slug: string } ? AppRow : undefined
  team: OutputOf<Id, 'params'> extends { team: string } ? TeamRow : undefined
  /** For endpoints with `resource: 'handler'`: asks the policy; throws its refusal. */
  authorize: Authorize
  /** Says more in the audit entry of this request: `audit({ target, before, after })`. Never a secret. */
  audit: CallAudit
  /** Aborts when the client leaves before its answer, or the server stops. */
  signal: AbortSignal
  request: FastifyRequest
  reply: FastifyReply
}

export interface PageRequest {
  page: number
  limit: number
  order: 'asc' | 'desc'
}

export interface StreamCall<Id extends EndpointId> extends Call<Id> {
  /** Where a client that reconnects wants to go on. */
  lastEventId: string | undefined
}

/** Gets the socket once the request has become one. */
export type ServeSocket = (socket: WebSocket) => Promise<void>

export interface SocketCall<Id extends EndpointId> extends Call<Id> {
  /** Called once the connection is over, however it ends. */
  onEnd(work: () => void): void
  /** Aborts when the server stops. */
  stopping: AbortSignal
  /** Aborts when the one who opened it may no longer. */
  notAllowed: AbortSignal
}

export interface Implementation<Id extends EndpointId> {
  answer?(call: Call<Id>): Promise<DataOf<Id>>
  page?(call: Call<Id>, page: PageRequest): Promise<{ items: DataOf<Id>; total: number }>
  /** For endpoints with `download`. Resolves before the head is sent, so that a problem can still be answered as one. */
  download?(call: Call<Id>): Promise<Download>
  /** For endpoints with `socket`. Resolves before the request becomes one, so that a problem can still be answered. */
  socket?(call: SocketCall<Id>): Promise<ServeSocket>
  /** The subprotocol of the socket. */
  protocol?: string
  /** Resolves before the head is sent, so that a problem can still be answered as one. */
  stream?(call: StreamCall<Id>): Promise<AsyncIterable<{ id?: string; event: EventFor<Id> }>>
}

export type Implementations = { [Id in EndpointId]?: Implementation<Id> }

type OutputOf<Id extends EndpointId, Part extends string> =
  EndpointSchemasById[Id] extends Record<Part, infer Schema extends z.ZodType> ? z.output<Schema> : undefined

type EventFor<Id extends EndpointId> = Id extends StreamId ? EventOf<Id> : never
