import type { Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { create, Header } from 'tar'
import { checkLinks } from '../tree/tree-links.ts'
import { shownPath, TreeProblem } from '../tree/tree-problem.ts'
import { DockerIgnore } from './docker-ignore.ts'

export interface PackContextOptions {
  /** The text of the `.dockerignore`. */
  ignored: string
  /** Files whose text is another than on disk, by path; they are part of the context whatever the rules say. */
  replaced: Readonly<Record<string, string>>
  /** Of all files together. */
  maxBytes: number
}

export interface PackedContext {
  /** A tar without compression. Fails if a file vanishes or shrinks meanwhile. */
  stream: Readable
  files: number
  totalBytes: number
}

/**
 * Packs a source as the context of a Docker build: what `.dockerignore` leaves, under the checks of an upload.
 * @throws {TreeProblem} for a link that leads out, a pipe, socket or device, and for more than `maxBytes`
 */
export async function packContext(directory: string, options: PackContextOptions): Promise<PackedContext> {
  const listing: Listing = { root: resolve(directory), paths: [], links: new Map(), files: 0, totalBytes: 0 }
  await listFolder(listing, '', { ...options, rules: DockerIgnore.parse(options.ignored) })
  checkLinks(listing.links)
  const { files, totalBytes } = listing
  return { stream: Readable.from(pack(listing, options.replaced)), files, totalBytes }
}

interface Listing {
  root: string
  paths: string[]
  links: Map<string, string>
  files: number
  totalBytes: number
}

type Options = PackContextOptions & { rules: DockerIgnore }

async function listFolder(listing: Listing, folder: string, options: Options): Promise<void> {
  const entries = await readdir(join(listing.root, folder), { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1)) // the same context each time, so that the layer cache fits
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    const isOut = options.rules.ignores(path)
    if (!isOut && !Object.hasOwn(options.replaced, path)) await addEntry(listing, path, options.maxBytes)
    if (entry.isDirectory() && (!isOut || options.rules.bringsBack)) await listFolder(listing, path, options)
  }
}

async function addEntry(listing: Listing, path: string, maxBytes: number): Promise<void> {
  const absolute = join(listing.root, path)
  const stats = await lstat(absolute)
  ensurePlain(path, stats)
  if (stats.isSymbolicLink()) listing.links.set(path, await readlink(absolute))
  listing.paths.push(`./${path}`)
  if (stats.isDirectory()) return
  listing.files += 1
  listing.totalBytes += stats.isFile() ? stats.size : 0
  if (listing.totalBytes <= maxBytes) return
  const limit = `${Math.round(maxBytes / 1_048_576)} MB`
  throw new TreeProblem(
    'too_large',
    `The build context is larger than ${limit}: leave out more in .dockerignore.`,
  )
}

function ensurePlain(path: string, stats: Stats): void {
  if (stats.isFile() || stats.isDirectory() || stats.isSymbolicLink()) return
  throw new TreeProblem(
    'special_file',
    `${shownPath(path)} is no file, folder or link, so it cannot be part of a build.`,
  )
}

async function* pack(
  { root, paths }: Listing,
  replaced: Readonly<Record<string, string>>,
): AsyncGenerator<Buffer> {
  for (const [path, text] of Object.entries(replaced)) yield* fileEntry(path, Buffer.from(text))
  if (paths.length === 0) return yield Buffer.alloc(1024) // the end of an archive: two empty blocks
  yield* create({ cwd: root, portable: true, noMtime: true, noDirRecurse: true, preservePaths: true }, paths)
}

const BLOCK_BYTES = 512

function* fileEntry(path: string, content: Buffer): Generator<Buffer> {
  const header = new Header({ path, mode: 0o644, size: content.length, type: 'File', uid: 0, gid: 0 })
  const block = Buffer.alloc(BLOCK_BYTES)
  if (header.encode(block))
    throw new TreeProblem('name_invalid', `The path ${shownPath(path)} is too long for a build.`)
  yield block
  yield content
  yield Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES)
}
