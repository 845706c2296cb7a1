/** A multipart form with one streamed archive, and text fields before it. */

import type { Multipart, MultipartFile } from '@fastify/multipart'
import { deployUploadSchema } from '@seaworthy/api'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { httpErrors } from './errors.ts'
import { validateValue } from './validation.ts'

export interface ArchiveUpload {
  fields: z.output<typeof deployUploadSchema>
  filename: string
  /** Fails, instead of ending, when the upload breaks off, is too large, or brings more than it should. */
  stream: AsyncIterable<Uint8Array>
}

/** Resolves once the file begins. Rejects with a 4xx error for any other form. */
export async function readArchiveUpload(
  request: FastifyRequest,
  { limitBytes }: { limitBytes: number },
): Promise<ArchiveUpload> {
  const limits = { fileSize: limitBytes, files: 1, fields: 10, fieldSize: 10_000, parts: 11 }
  const parts = request.parts({ limits })
  const fields: Record<string, unknown> = {}
  for (;;) {
    const part = await nextPart(parts)
    if (!part) throw httpErrors.form_refused({ reason: 'the file field archive is missing' })
    if (part.type === 'file') return await uploadOf(part, fields, parts, limitBytes)
    if (part.fieldname in fields) throw httpErrors.form_refused({ reason: `${part.fieldname} comes twice` })
    fields[part.fieldname] = part.value
  }
}

type Parts = AsyncIterator<Multipart>

async function nextPart(parts: Parts): Promise<Multipart | undefined> {
  try {
    const next = await parts.next()
    return next.done ? undefined : next.value
  } catch (cause) {
    throw httpErrors.form_refused({ reason: (cause as Error).message.toLowerCase() }, { cause })
  }
}

async function uploadOf(
  part: MultipartFile,
  given: object,
  parts: Parts,
  limitBytes: number,
): Promise<ArchiveUpload> {
  try {
    if (part.fieldname !== 'archive')
      throw httpErrors.form_refused({ reason: 'the file field must be named archive' })
    const fields = validateValue(deployUploadSchema, given, 'body')
    return { fields, filename: part.filename, stream: wholeFile(part, parts, limitBytes) }
  } catch (error) {
    part.file.resume()
    throw error
  }
}

/**
 * The archive's reader believes in an archive only once its stream has ended, so all that can still be wrong with the
 * form is checked before that.
 */
async function* wholeFile(
  { file }: MultipartFile,
  parts: Parts,
  limitBytes: number,
): AsyncIterable<Uint8Array> {
  try {
    yield* file
  } catch (cause) {
    throw httpErrors.upload_broken_off({}, { cause })
  }
  if (file.truncated) throw httpErrors.upload_too_large({ limit: Math.floor(limitBytes / 1024 / 1024) })
  if (await nextPart(parts)) throw httpErrors.form_refused({ reason: 'the archive must be its last part' })
}
