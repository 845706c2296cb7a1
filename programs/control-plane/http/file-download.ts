/** Answers that are files, sent while they are made. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

export interface Download {
  /** As the browser saves it: plain letters, digits, dots and hyphens. */
  filename: string
  /** With its charset. */
  contentType: string
  /** Ends when the signal of the call aborts. A slow reader slows it, so that no file is held in memory. */
  chunks: AsyncIterable<string | Uint8Array>
}

/** An error in the middle breaks the connection off: a client must not take a part for the whole. */
export function sendDownload(reply: FastifyReply, { filename, contentType, chunks }: Download): FastifyReply {
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${filename}"`)
    .header('cache-control', 'no-store')
    .send(Readable.from(chunks, { objectMode: false, highWaterMark: 64 * 1024 }))
}
