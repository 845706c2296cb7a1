import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { type Coding, type ContentEncoding, pickEncoding } from '../content/accept-encoding.ts'
import { isCompressible, LEAST_BYTES } from '../content/compressible.ts'
import type { CodedFiles } from './coded-files.ts'
import { contentType } from './content-type.ts'
import { isHashedName } from './hashed-name.ts'

/** One form of a file (as it is, or compressed) with the headers of its answers, made once. */
export interface Representation {
  path: string
  sizeBytes: number
  etag: string
  lastModified: string
  /** In memory for small files and for what was compressed here; larger ones are streamed. */
  body: Buffer | undefined
  /** The same as Latin-1, for small ones: head and body leave in one write as one string. */
  text: string | undefined
  /** Flat list for `writeHead`: a 200 with the whole body. */
  headers: readonly string[]
  /** The same without `Content-Length`: for 206 and 304 (RFC 9110, 15.4.5). */
  headersWithoutLength: readonly string[]
  memoryBytes: number
}

/** In the order in which they are looked for beside a file, and made from it: the smallest first. */
export const CODINGS: readonly Coding[] = ['br', 'zstd', 'gzip']
export const SUFFIXES: Readonly<Record<Coding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' }

/** Larger files go out as they are: they would take seconds to compress and much memory to keep. */
const MOST_CODED_BYTES = 8 * 1024 * 1024
/** For a smaller file a first request waits; a larger one goes out as it is until its form is made. */
const MOST_WAITED_FOR_BYTES = 256 * 1024

const MOST_TEXT_BYTES = 16_384

export interface StaticFileOptions {
  /** Absolute, without symbolic links. */
  path: string
  /** From the root, with `/`. */
  relativePath: string
  sizeBytes: number
  /** The codings whose forms lie beside it, as `<path>.br`, `<path>.zst` and `<path>.gz`. */
  precompressed: readonly Coding[]
}

/** A file and its compressed forms; each is read or made when first asked for. */
export class StaticFile {
  readonly path: string
  readonly relativePath: string
  readonly precompressed: readonly Coding[]
  readonly representations = new Map<ContentEncoding, Representation>()
  /** What the app brought first, then what can be made. */
  readonly #codings: readonly Coding[]

  constructor({ path, relativePath, sizeBytes, precompressed }: StaticFileOptions) {
    this.path = path
    this.relativePath = relativePath
    this.precompressed = precompressed
    const gains =
      sizeBytes >= LEAST_BYTES && sizeBytes <= MOST_CODED_BYTES && isCompressible(contentType(path))
    this.#codings = gains ? [...new Set([...precompressed, ...CODINGS])] : precompressed
  }

  /** Whether the answer depends on `Accept-Encoding`. */
  get varies(): boolean {
    return this.#codings.length > 0
  }

  /** @param compress false: only what the app brought */
  pick(acceptEncoding: string | string[] | undefined, compress: boolean): ContentEncoding {
    const codings = compress ? this.#codings : this.precompressed
    return codings.length > 0 ? pickEncoding(String(acceptEncoding ?? ''), codings) : 'identity'
  }

  loaded(acceptEncoding: string | string[] | undefined, compress: boolean): Representation | undefined {
    return this.representations.get(this.pick(acceptEncoding, compress))
  }
}

export interface LoadOptions {
  root: string
  maxBodyBytes: number
  codedFiles: CodedFiles
}

/**
 * Reads what is needed to answer with one form of the file.
 * @returns undefined for a form that is not made yet: the file goes out as it is meanwhile
 */
export async function loadRepresentation(
  file: StaticFile,
  encoding: ContentEncoding,
  options: LoadOptions,
): Promise<Representation | undefined> {
  if (encoding === 'identity') return await read(file, file.path, encoding, options)
  if (file.precompressed.includes(encoding))
    return await read(file, file.path + SUFFIXES[encoding], encoding, options)
  return await make(file, encoding, options)
}

async function read(
  file: StaticFile,
  path: string,
  encoding: ContentEncoding,
  { root, maxBodyBytes }: LoadOptions,
): Promise<Representation> {
  const { size, mtime } = await stat(path)
  const body = size <= maxBodyBytes ? await readFile(path) : undefined
  const etag = body === undefined ? treeEtag(root, path, size, mtime) : bodyEtag(body, encoding)
  return represent(file, encoding, { path, etag, mtime, body, sizeBytes: size })
}

async function make(
  file: StaticFile,
  coding: Coding,
  { codedFiles }: LoadOptions,
): Promise<Representation | undefined> {
  const { path } = file
  const [{ mtime }, whole] = await Promise.all([stat(path), readFile(path)])
  const coded = codedFiles.get(createHash('sha256').update(whole).digest('base64url'), coding, whole)
  if (coded === undefined) return undefined
  if (coded instanceof Promise && whole.length > MOST_WAITED_FOR_BYTES) {
    coded.catch(() => undefined) // the next request tries again, and tells
    return undefined
  }
  const body = await coded
  // What does not get smaller is known under this coding as it is.
  const [encoding, sent] =
    body.length < whole.length ? ([coding, body] as const) : (['identity', whole] as const)
  const etag = bodyEtag(sent, encoding)
  return represent(file, encoding, { path, etag, mtime, body: sent, sizeBytes: sent.length })
}

interface Facts {
  path: string
  etag: string
  mtime: Date
  body: Buffer | undefined
  sizeBytes: number
}

function represent(file: StaticFile, encoding: ContentEncoding, facts: Facts): Representation {
  const { path, etag, mtime, body, sizeBytes } = facts
  const lastModified = mtime.toUTCString()
  const headersWithoutLength = describe(file, encoding, { etag, lastModified })
  const headers = [...headersWithoutLength, 'Content-Length', String(sizeBytes)]
  const text = sizeBytes <= MOST_TEXT_BYTES ? body?.toString('latin1') : undefined
  const memoryBytes = (body?.length ?? 0) + (text?.length ?? 0) + 1024
  return { path, sizeBytes, etag, lastModified, body, text, headers, headersWithoutLength, memoryBytes }
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
