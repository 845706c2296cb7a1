/** Serves the dashboard's newest build: compressed ahead, streamed from disk, so that it costs no memory. */
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { sendPage } from '@seaworthy/kit/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { httpErrors } from './errors.ts'

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

/** Their names hold a digest of their content. */
const FOREVER = 'public, max-age=31536000, immutable'

interface BuiltFile {
  path: string
  type: string
  sizeBytes: number
  /** The variants that are there, by content coding. */
  encoded: ReadonlyMap<string, { path: string; sizeBytes: number }>
}

export interface Dashboard {
  /** Registers the files of the build. */
  register(fastify: FastifyInstance): void
  /** For requests that no route knows: answers a browser with the page whose script knows what is there. */
  fallback(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined
}

/**
 * Opens the build that `<directory>/current` names. Without a build the pages say how to make one; the API works all
 * the same.
 */
export async function openDashboard(directory: string): Promise<Dashboard> {
  const folder = await currentBuild(directory)
  if (folder === undefined) return { register: () => {}, fallback: pageFallback(sendBuildHint) }
  const files = await builtFiles(folder)
  const page = await readFile(join(folder, 'index.html'), 'utf8')
  return {
    register(fastify) {
      for (const [url, file] of files) {
        fastify.get(url, { config: FILE_ROUTE }, (request, reply) => sendFile(url, file, request, reply))
      }
    },
    fallback: pageFallback(reply => sendPage(reply, page)),
  }
}

/** Under pressure too: files cost little, and a page that lacks one of them shows nothing, or nonsense. */
const FILE_ROUTE = { action: 'public', servedUnderPressure: true } as const

function pageFallback(send: (reply: FastifyReply) => FastifyReply): Dashboard['fallback'] {
  return (request, reply) => (wantsPage(request) ? send(reply) : undefined)
}

/** A browser that goes somewhere, outside of the API. */
function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead && !/^\/(?:api|assets)(?:[/?]|$)/.test(url) && (headers.accept ?? '').includes('text/html')
}

async function currentBuild(directory: string): Promise<string | undefined> {
  const name = await readFile(join(directory, 'current'), 'utf8').catch(() => undefined)
  return name === undefined ? undefined : join(directory, name.trim())
}

async function builtFiles(folder: string): Promise<Map<string, BuiltFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const there = new Set(paths)
  const served = paths.filter(path => extname(path) in TYPES)
  const files = served.map(async path => [urlOf(folder, path), await describe(path, there)] as const)
  return new Map(await Promise.all(files))
}

function urlOf(folder: string, path: string): string {
  return `/${relative(folder, path).split(sep).join('/')}`
}

async function describe(path: string, there: ReadonlySet<string>): Promise<BuiltFile> {
  const variants = ENCODINGS.filter(({ suffix }) => there.has(path + suffix))
  const encoded = variants.map(async ({ name, suffix }) => {
    return [name, { path: path + suffix, sizeBytes: await sizeOf(path + suffix) }] as const
  })
  const type = TYPES[extname(path)]!
  return { path, type, sizeBytes: await sizeOf(path), encoded: new Map(await Promise.all(encoded)) }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size
}

async function sendFile(
  url: string,
  file: BuiltFile,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const accepted = request.headers['accept-encoding'] ?? ''
  const coding = [...file.encoded.keys()].find(name => new RegExp(`\\b${name}\\b`).test(accepted))
  const { path, sizeBytes } = (coding && file.encoded.get(coding)) || file
  const handle = await openIfThere(path)
  if (!handle) throw httpErrors.nothing_here()
  reply.headers({
    'content-type': file.type,
    'content-length': sizeBytes,
    'cache-control': url.startsWith('/assets/') ? FOREVER : 'public, max-age=3600',
    vary: 'accept-encoding',
    ...(coding && { 'content-encoding': coding }),
  })
  if (request.method !== 'HEAD') return reply.send(handle.createReadStream())
  await handle.close()
  return reply.send()
}

/** A newer build may have taken the place of the one that this platform started with. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const BUILD_HINT = `<!doctype html><html lang="en"><title>Seaworthy</title>
<h1>The dashboard is not built yet</h1>
<p>Build it in the folder of Seaworthy, then start the platform again: <code>npm run build:dashboard</code></p>
<p>The command line and the API work without it.</p></html>
`

function sendBuildHint(reply: FastifyReply): FastifyReply {
  return sendPage(reply.code(503), BUILD_HINT)
}
