/** A multipart form with one streamed archive, and text fields before it. */

import type { Multipart, MultipartFile } from '@fastify/multipart'
import { deployUploadSchema } from '@seaworthy/api'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { httpErrors } from './errors.ts'
import { validateValue } from './validation.ts'

export interface ArchiveUpload<Fields = z.output<typeof deployUploadSchema>> {
  fields: Fields
  filename: string
  /** Fails, instead of ending, when the upload breaks off, is too large, or brings more than it should. */
  stream: AsyncIterable<Uint8Array>
  /** For whoever does not read it after all. */
  discard(): void
}

/** Resolves once the file begins. Rejects with a 4xx error for any other form. */
export async function readArchiveUpload(
  request: FastifyRequest,
  { limitBytes }: { limitBytes: number },
): Promise<ArchiveUpload> {
  return readUploadForm(request, { limitBytes, form: deployUploadSchema })
}

/** The same for a form with other text fields. */
export async function readUploadForm<Form extends z.ZodType>(
  request: FastifyRequest,
  { limitBytes, form }: { limitBytes: number; form: Form },
): Promise<ArchiveUpload<z.output<Form>>> {
  const limits = { fileSize: limitBytes, files: 1, fields: 10, fieldSize: 10_000, parts: 11 }
  const parts = request.parts({ limits })
  const fields: Record<string, unknown> = {}
  for (;;) {
    const part = await nextPart(parts)
    if (!part) throw httpErrors.form_refused({ reason: 'the file field archive is missing' })
    if (part.type === 'file') return await uploadOf(part, { given: fields, form }, parts, limitBytes)
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

async function uploadOf<Form extends z.ZodType>(
  part: MultipartFile,
  { given, form }: { given: object; form: Form },
  parts: Parts,
  limitBytes: number,
): Promise<ArchiveUpload<z.output<Form>>> {
  try {
    if (part.fieldname !== 'archive')
      throw httpErrors.form_refused({ reason: 'the file field must be named archive' })
    const fields = validateValue(form, given, 'body')
    const stream = wholeFile(part, parts, limitBytes)
    return { fields, filename: part.filename, stream, discard: () => void part.file.resume() }
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
