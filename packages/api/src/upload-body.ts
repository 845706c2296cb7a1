/** A multipart form (RFC 7578) of text fields and one streamed file, which is never held in memory. */
export interface UploadForm {
  fields: Record<string, string>
  file: { field: string; filename: string; stream: AsyncIterable<Uint8Array>; sizeBytes?: number | undefined }
  onProgress?: ((sentBytes: number) => void) | undefined
}

export interface UploadBody {
  headers: Record<string, string>
  chunks: AsyncIterable<Uint8Array>
}

export function uploadBody(form: UploadForm): UploadBody {
  const boundary = `seaworthy-${randomText()}`
  const head = encoder.encode(textParts(form.fields, boundary) + fileHead(form.file, boundary))
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`)
  const headers: Record<string, string> = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  if (form.file.sizeBytes !== undefined) {
    headers['content-length'] = String(head.length + form.file.sizeBytes + tail.length)
  }
  return { headers, chunks: bodyChunks(head, form, tail) }
}

const encoder = new TextEncoder()

/** 128 bits, so that no file can hold the boundary. */
function randomText(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map(part => part.toString(36)).join('')
}

function textParts(fields: Record<string, string>, boundary: string): string {
  return Object.entries(fields)
    .map(
      ([name, value]) =>
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    .join('')
}

function fileHead({ field, filename }: UploadForm['file'], boundary: string): string {
  const safeName = filename.replace(/[^\w.-]/g, '_')
  const disposition = `form-data; name="${field}"; filename="${safeName}"`
  return `--${boundary}\r\ncontent-disposition: ${disposition}\r\ncontent-type: application/octet-stream\r\n\r\n`
}

async function* bodyChunks(head: Uint8Array, form: UploadForm, tail: Uint8Array): AsyncIterable<Uint8Array> {
  yield head
  let sentBytes = 0
  for await (const chunk of form.file.stream) {
    yield chunk
    sentBytes += chunk.byteLength
    form.onProgress?.(sentBytes)
  }
  yield tail
}
