/** Answers that are files, sent while they are made. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

export interface Download {
  /** As the browser saves it: plain letters, digits, dots and hyphens. */
  filename: string
  /** As it is called where it comes from; the filename when missing. */
  name?: string
  /** With its charset. */
  contentType: string
  /** When it is known. Then exactly as many bytes must come. */
  sizeBytes?: number
  /** Ends when the signal of the call aborts. A slow reader slows it, so that no file is held in memory. */
  chunks: AsyncIterable<string | Uint8Array>
}

/** Control characters, and the marks that turn the direction of writing: `txt.exe` must not be shown as `exe.txt`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNWANTED = /[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\]/g

/** An error in the middle breaks the connection off: a client must not take a part for the whole. */
export function sendDownload(
  reply: FastifyReply,
  { filename, name = filename, contentType, sizeBytes, chunks }: Download,
): FastifyReply {
  if (sizeBytes !== undefined) reply.header('content-length', sizeBytes)
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${filename}"${encodedName(name, filename)}`)
    .header('cache-control', 'no-store')
    .send(Readable.from(chunks, { objectMode: false, highWaterMark: 64 * 1024 }))
}

/** RFC 6266, 4.3 and RFC 8187: for names that the plain form cannot hold. */
function encodedName(name: string, filename: string): string {
  if (name === filename) return ''
  const kept = name.toWellFormed().replace(UNWANTED, '-').slice(-200).toWellFormed()
  return `; filename*=UTF-8''${encodeURIComponent(kept).replace(/['()*]/g, escaped)}`
}

function escaped(character: string): string {
  return `%${character.codePointAt(0)!.toString(16).toUpperCase()}`
}
