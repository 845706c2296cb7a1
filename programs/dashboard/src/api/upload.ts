/** Sends an archive. By XMLHttpRequest, since only that tells how much of it is on its way. */
import { csrfHeader } from '@seaworthy/api/browser'
import { ApiError, ApiUnreachable, noteFailure } from './client.ts'
import type { Deployment } from './queries.ts'

export interface UploadOptions {
  slug: string
  archive: Blob
  filename: string
  /** Gets a share of the requests first. */
  canary?: object
  onProgress?(sentBytes: number, totalBytes: number): void
  signal?: AbortSignal
}

/** Resolves with the deployment that it started. Rejects with `ApiError` or `ApiUnreachable`. */
export function uploadArchive(options: UploadOptions): Promise<Deployment> {
  return send(options).catch(error => {
    noteFailure(error)
    throw error
  })
}

function send({ slug, archive, filename, canary, onProgress, signal }: UploadOptions): Promise<Deployment> {
  const { promise, resolve, reject } = Promise.withResolvers<Deployment>()
  const request = new XMLHttpRequest()
  request.open('POST', `/api/v1/apps/${encodeURIComponent(slug)}/deployments`)
  request.setRequestHeader('accept', 'application/json')
  for (const [name, value] of Object.entries(csrfHeader('POST'))) request.setRequestHeader(name, value)
  request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total)
  request.onload = () => {
    const answer = parse(request.responseText)
    if (request.status === 202 && 'data' in answer) resolve(answer.data as Deployment)
    else reject(new ApiError({ ...answer, status: request.status }))
  }
  request.onerror = () =>
    reject(new ApiUnreachable('this address', { cause: new Error('The upload broke off') }))
  request.onabort = () => reject(new DOMException('Cancelled', 'AbortError'))
  signal?.addEventListener('abort', () => request.abort())
  const form = new FormData()
  // Before the file: the platform reads the form from its start.
  if (canary) form.append('canary', JSON.stringify(canary))
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
