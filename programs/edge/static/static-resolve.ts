import type { Stats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { StaticAnswer } from './static-cache.ts'
import { CODINGS, StaticFile, SUFFIXES } from './static-file.ts'
import { hasHiddenSegment, type StaticPath } from './static-path.ts'

const NONE: StaticAnswer = { kind: 'none' }

/** The file that a path names: itself, the folder's `index.html`, or the page `<path>.html` (as Next.js exports). */
export async function resolveStaticPath(root: string, path: StaticPath): Promise<StaticAnswer> {
  if (!path.mayExist) return NONE
  const realRoot = await realpathOrNone(root)
  if (realRoot === undefined) return NONE
  const wanted = join(realRoot, ...path.segments)
  if (path.isFolder) return await fileAnswer(realRoot, join(wanted, 'index.html'))

  const found = await look(realRoot, wanted)
  if (found?.stats.isFile()) return await answerWith(realRoot, found)
  if (found?.stats.isDirectory() && (await isFile(realRoot, join(wanted, 'index.html')))) {
    return { kind: 'redirect', location: folderLocation(path) }
  }
  return await fileAnswer(realRoot, `${wanted}.html`)
}

/**
 * The page for a path that names nothing. `spa`: the app's own page; `navigation`: its `200.html` if it has one;
 * and for these and for all else its `404.html`.
 */
export async function resolveFallback(
  root: string,
  kind: 'spa' | 'navigation' | 'missing',
): Promise<StaticAnswer> {
  const realRoot = await realpathOrNone(root)
  if (realRoot === undefined) return NONE
  const pages = kind === 'spa' ? ['200.html', 'index.html'] : kind === 'navigation' ? ['200.html'] : []
  for (const page of pages) {
    const answer = await fileAnswer(realRoot, join(realRoot, page))
    if (answer.kind === 'file') return answer
  }
  return await fileAnswer(realRoot, join(realRoot, '404.html'), 404)
}

interface Found {
  /** Without symbolic links. */
  path: string
  stats: Stats
}

/** What lies at `path`, or undefined when nothing does, it is hidden, or a link leads it out of the root. */
async function look(realRoot: string, path: string): Promise<Found | undefined> {
  const real = await realpathOrNone(path)
  if (real === undefined) return undefined
  const inside = relative(realRoot, real).split(sep)
  if (inside[0] === '..' || hasHiddenSegment(inside)) return undefined
  return { path: real, stats: await stat(real) }
}

async function fileAnswer(realRoot: string, path: string, status: 200 | 404 = 200): Promise<StaticAnswer> {
  const found = await look(realRoot, path)
  return found?.stats.isFile() ? await answerWith(realRoot, found, status) : NONE
}

async function answerWith(realRoot: string, found: Found, status: 200 | 404 = 200): Promise<StaticAnswer> {
  const there = await Promise.all(CODINGS.map(coding => isFile(realRoot, found.path + SUFFIXES[coding])))
  const file = new StaticFile({
    path: found.path,
    // The name decides how long it may be cached: the one asked for, in its folder.
    relativePath: relative(realRoot, found.path).split(sep).join('/'),
    sizeBytes: found.stats.size,
    precompressed: CODINGS.filter((_, index) => there[index]),
  })
  return { kind: 'file', status, file }
}

async function isFile(realRoot: string, path: string): Promise<boolean> {
  return (await look(realRoot, path))?.stats.isFile() ?? false
}

/** Relative (RFC 9110, 10.2.2), so that it holds below any prefix and can never name another host. */
function folderLocation(path: StaticPath): string {
  return `./${encodeURIComponent(path.segments.at(-1) ?? '')}/`
}

const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES'])

async function realpathOrNone(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (error) {
    if (NOT_THERE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
