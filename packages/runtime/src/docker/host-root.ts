import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { type DockerEngine, findImage } from '@seaworthy/docker'

/**
 * What a tree needs of the host to run: it was built here, against this system's libraries. Everything is read-only,
 * and nothing of it names people or holds keys. Not /sbin, which holds the engine's init (and is in /usr mostly).
 */
const HOST_PATHS = [
  '/bin',
  '/lib',
  '/lib32',
  '/lib64',
  '/usr',
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/nsswitch.conf',
  '/etc/pki',
  '/etc/protocols',
  '/etc/services',
  '/etc/ssl',
]

/** Paths of the host that an instance of a tree sees at the same place. */
export function hostPaths(): string[] {
  return HOST_PATHS.filter(path => existsSync(path))
}

/** Two blocks of zeros: the end of a tar archive, and here its whole. */
const EMPTY_ARCHIVE = Buffer.alloc(1024)

/** An image with nothing in it, made on the spot: a tree needs no registry and no download. */
export async function ensureEmptyImage(engine: DockerEngine): Promise<string> {
  const repository = `seaworthy-${engine.home}/empty`
  const found = await findImage(engine, `${repository}:1`)
  if (found) return found.Id
  await engine.call('make the image that trees run in', async () => {
    const changes = Object.entries(engine.labels()).map(([name, value]) => `LABEL ${name}=${value}`)
    const options = { repo: repository, tag: '1', changes }
    const stream = await engine.client.importImage(Readable.from([EMPTY_ARCHIVE]), options)
    for await (const _ of stream);
  })
  const made = await findImage(engine, `${repository}:1`)
  if (!made) throw new Error('the engine did not keep the empty image')
  return made.Id
}
