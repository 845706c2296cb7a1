/** Server-sent events over a Fastify reply. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Logger } from '@seaworthy/kit'
import type { FastifyReply } from 'fastify'

export interface StreamEvent {
  /** Sent back as `Last-Event-ID` by a client that reconnects. */
  id?: string
  event: { type: string }
}

export interface SendEventsOptions {
  reply: FastifyReply
  events: AsyncIterable<StreamEvent>
  /** Aborts when the client leaves or the server stops; the source of the events must end then. */
  signal: AbortSignal
  heartbeatMs: number
  log: Logger
}

/** Sends until the events end. A slow reader slows the source, not the memory. */
export async function sendEvents({
  reply,
  events,
  signal,
  heartbeatMs,
  log,
}: SendEventsOptions): Promise<void> {
  const response = openStream(reply)
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs)
  try {
    for await (const event of events) {
      if (!response.write(frame(event))) await once(response, 'drain', { signal })
    }
  } catch (error) {
    // The head is sent, so there is no other answer than to break off; the client comes back and is told then.
    if (!signal.aborted) log.error({ err: error }, 'event stream failed')
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}

function openStream(reply: FastifyReply): ServerResponse {
  const headers = reply.getHeaders()
  reply.hijack()
  reply.raw.writeHead(200, {
    ...(headers as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies that buffer would hold events back.
    'x-accel-buffering': 'no',
  })
  reply.raw.flushHeaders()
  return reply.raw
}

function frame({ id, event }: StreamEvent): string {
  // JSON has no raw line breaks, so that one data line is enough.
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
