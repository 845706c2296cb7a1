/** Sends an archive. By XMLHttpRequest, since only that tells how much of it is on its way. */
import { csrfHeader } from '@seaworthy/api/browser'
import { ApiError, ApiUnreachable, type DataOf, watched } from './client.ts'
import type { Deployment } from './queries.ts'

interface SentFile {
  archive: Blob
  onProgress?(sentBytes: number, totalBytes: number): void
  signal?: AbortSignal
}

export interface UploadOptions extends SentFile {
  slug: string
  filename: string
  /** Gets a share of the requests first. */
  canary?: object
  /** Starts then instead of now. ISO 8601. */
  scheduledAt?: string
}

/** Resolves with the deployment that it started. Rejects with `ApiError` or `ApiUnreachable`. */
export function uploadArchive({ slug, canary, scheduledAt, ...file }: UploadOptions): Promise<Deployment> {
  const path = `/api/v1/apps/${encodeURIComponent(slug)}/deployments`
  const fields = {
    ...(canary && { canary: JSON.stringify(canary) }),
    ...(scheduledAt && { scheduledAt }),
  }
  return watched(send<Deployment>(path, fields, file))
}

export interface ExportUpload extends SentFile {
  /** `slug`, `name`, `team`, `passphrase`. */
  fields: Record<string, string>
}

/** Resolves with the app that was made of an export. Rejects as `uploadArchive` does. */
export function uploadExport({ fields, ...file }: ExportUpload): Promise<DataOf<'apps.import'>> {
  return watched(send('/api/v1/app-imports', fields, { ...file, filename: 'export.tar.gz' }))
}

function send<Answer>(
  path: string,
  fields: Record<string, string>,
  { archive, filename, onProgress, signal }: SentFile & { filename: string },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const request = new XMLHttpRequest()
  request.open('POST', path)
  request.setRequestHeader('accept', 'application/json')
  for (const [name, value] of Object.entries(csrfHeader('POST'))) request.setRequestHeader(name, value)
  request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total)
  request.onload = () => {
    const answer = parse(request.responseText)
    if (request.status < 300 && 'data' in answer) resolve(answer.data as Answer)
    else reject(new ApiError({ ...answer, status: request.status }))
  }
  request.onerror = () =>
    reject(new ApiUnreachable('this address', { cause: new Error('The upload broke off') }))
  request.onabort = () => reject(new DOMException('Cancelled', 'AbortError'))
  signal?.addEventListener('abort', () => request.abort())
  const form = new FormData()
  // Before the file: the platform reads the form from its start.
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('archive', archive, filename)
  request.send(form)
  return promise
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
