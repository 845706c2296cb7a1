import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { type ContentEncoding, pickEncoding } from './accept-encoding.ts'
import { contentType } from './content-type.ts'
import { isHashedName } from './hashed-name.ts'

/** One form of a file (as it is, or precompressed) with the headers of its answers, made once. */
export interface Representation {
  path: string
  sizeBytes: number
  etag: string
  lastModified: string
  /** In memory for small files; larger ones are streamed. */
  body: Buffer | undefined
  /** Flat list for `writeHead`: a 200 with the whole body. */
  headers: readonly string[]
  /** The same without `Content-Length`: for 206 and 304 (RFC 9110, 15.4.5). */
  headersWithoutLength: readonly string[]
  memoryBytes: number
}

export interface StaticFileOptions {
  /** Absolute, without symbolic links. */
  path: string
  /** From the root, with `/`. */
  relativePath: string
  /** Whether `<path>.br` and `<path>.gz` lie beside it. */
  encodings: { br: boolean; gzip: boolean }
}

/** A file and its precompressed siblings; each is read when first asked for. */
export class StaticFile {
  readonly path: string
  readonly relativePath: string
  readonly encodings: { br: boolean; gzip: boolean }
  readonly representations = new Map<ContentEncoding, Representation>()

  constructor({ path, relativePath, encodings }: StaticFileOptions) {
    this.path = path
    this.relativePath = relativePath
    this.encodings = encodings
  }

  /** Whether the answer depends on `Accept-Encoding`. */
  get varies(): boolean {
    return this.encodings.br || this.encodings.gzip
  }

  pick(acceptEncoding: string | string[] | undefined): ContentEncoding {
    return this.varies ? pickEncoding(String(acceptEncoding ?? ''), this.encodings) : 'identity'
  }

  loaded(acceptEncoding: string | string[] | undefined): Representation | undefined {
    return this.representations.get(this.pick(acceptEncoding))
  }
}

const SUFFIXES: Record<ContentEncoding, string> = { identity: '', br: '.br', gzip: '.gz' }

/** Reads what is needed to answer with one form of the file. */
export async function loadRepresentation(
  file: StaticFile,
  encoding: ContentEncoding,
  { root, maxBodyBytes }: { root: string; maxBodyBytes: number },
): Promise<Representation> {
  const path = file.path + SUFFIXES[encoding]
  const { size, mtime } = await stat(path)
  const body = size <= maxBodyBytes ? await readFile(path) : undefined
  const etag = body === undefined ? treeEtag(root, path, size, mtime) : bodyEtag(body, encoding)
  const lastModified = new Date(mtime).toUTCString()
  const headersWithoutLength = describe(file, encoding, { etag, lastModified })
  return {
    path,
    sizeBytes: size,
    etag,
    lastModified,
    body,
    headers: [...headersWithoutLength, 'Content-Length', String(size)],
    headersWithoutLength,
    memoryBytes: (body?.length ?? 0) + 1024,
  }
}

/** Small files are named by what they hold: a release that leaves a file alone keeps it in the browser's cache. */
function bodyEtag(body: Buffer, encoding: ContentEncoding): string {
  return quote(createHash('sha256').update(encoding).update('\0').update(body))
}

/**
 * Large files are named by their place, size and time. The root belongs to one release, so two releases never share
 * a tag even where a build sets all times alike; the price is one download after a deploy.
 */
function treeEtag(root: string, path: string, size: number, mtime: Date): string {
  return quote(createHash('sha256').update(`${root}\0${path}\0${size}\0${mtime.getTime()}`))
}

function quote(hash: ReturnType<typeof createHash>): string {
  return `"${hash.digest('base64url').slice(0, 22)}"`
}

function describe(
  file: StaticFile,
  encoding: ContentEncoding,
  { etag, lastModified }: { etag: string; lastModified: string },
): string[] {
  return [
    'Content-Type',
    contentType(file.path),
    'ETag',
    etag,
    'Last-Modified',
    lastModified,
    'Cache-Control',
    // Other files may change under the same name with the next release: kept, but asked about each time.
    isHashedName(file.relativePath) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Accept-Ranges',
    'bytes',
    ...(file.varies ? ['Vary', 'Accept-Encoding'] : []),
    ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]),
  ]
}
