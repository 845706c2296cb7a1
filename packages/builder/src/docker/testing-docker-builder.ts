import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { BUILD_HOME_LABEL, connectDocker, type DockerEngine, engineUsage, findImage } from '@seaworthy/docker'
import { silentLogger } from '@seaworthy/kit'
import { findCommand, temporaryFolder } from '@seaworthy/testing'
import { create } from 'tar'
import { createDockerBuilder, type DockerBuilder, type DockerBuilderOptions } from './docker-builder.ts'

/** A Docker builder of a platform of its own, for the tests of this package. */
export interface TestingDockerBuilder {
  builder: DockerBuilder
  engine: DockerEngine
  /** A tiny image with a shell, which only this test has. */
  base: string
  /** Ids of all images that this platform made. */
  images(): Promise<string[]>
  /** Containers of its builds, running or not. */
  containers(): Promise<string[]>
  close(): Promise<void>
}

export async function createTestingDockerBuilder(
  options: Partial<DockerBuilderOptions> = {},
): Promise<TestingDockerBuilder> {
  const home = `test-${randomBytes(6).toString('hex')}`
  const engine = await connectDocker({ home, log: silentLogger })
  const base = `${home}/busybox:1`
  const cachedBefore = await buildKitRecords(engine)
  await importBusybox(engine, base)
  const builder = createDockerBuilder({ engine, log: silentLogger, ...options })
  const filters = { label: [`${BUILD_HOME_LABEL}=${home}`] }
  const images = async () => {
    const found = await engine.client.listImages({ all: true, filters })
    return found.map(({ Id }) => Id)
  }
  const containers = async () => {
    const found = await engine.client.listContainers({ all: true, filters })
    return found.map(({ Id }) => Id)
  }
  return { builder, engine, base, images, containers, close: () => removeAll(engine, base, cachedBefore) }
}

/** Debian's static busybox is one file: an image of it needs no registry and no download. */
async function importBusybox(engine: DockerEngine, tag: string): Promise<void> {
  const root = temporaryFolder({ prefix: 'seaworthy-busybox-' }).path
  for (const folder of ['bin', 'tmp', 'etc']) await mkdir(join(root, folder))
  await copyFile(findCommand('busybox')!, join(root, 'bin/busybox'))
  for (const name of APPLETS) await symlink('busybox', join(root, 'bin', name))
  const [repo, version] = tag.split(':')
  const archive = Readable.from(create({ cwd: root, portable: true }, ['.']))
  const stream = await engine.client.importImage(archive, { repo: repo!, tag: version! })
  for await (const _ of stream as AsyncIterable<Buffer>) void _
}

const APPLETS =
  'sh cat echo sleep env ls mkdir rm cp dd yes seq touch true false head tail wc grep find test id base64 setsid printf ln sed nc httpd'.split(
    ' ',
  )

/** What BuildKit keeps for later builds: it knows no owner of it. */
async function buildKitRecords(engine: DockerEngine): Promise<Set<string>> {
  const { BuildCache } = await engineUsage<{ BuildCache?: { ID: string }[] | null }>(engine)
  return new Set((BuildCache ?? []).map(({ ID }) => ID))
}

async function removeAll(
  engine: DockerEngine,
  base: string,
  cachedBefore: ReadonlySet<string>,
): Promise<void> {
  const filters = { label: [`${BUILD_HOME_LABEL}=${engine.home}`] }
  for (const { Id } of await engine.client.listContainers({ all: true, filters }))
    await engine.client.getContainer(Id).remove({ force: true })
  for (;;) {
    const images = await engine.client.listImages({ all: true, filters })
    if (images.length === 0) break
    const parents = new Set(images.map(({ ParentId }) => ParentId))
    for (const { Id } of images.filter(image => !parents.has(image.Id)))
      await engine.client.getImage(Id).remove({ force: true, noprune: true })
  }
  if (await findImage(engine, base)) await engine.client.getImage(base).remove({ force: true })
  const cached = await buildKitRecords(engine)
  for (const id of cached) if (!cachedBefore.has(id)) await pruneBuildKit(engine, id)
}

function pruneBuildKit({ client }: DockerEngine, id: string): Promise<void> {
  const options = { path: '/build/prune?', method: 'POST', options: { all: true, filters: { id: [id] } } }
  const statusCodes = { 200: true, 500: 'server error' }
  return new Promise(resolve => client.modem.dial({ ...options, statusCodes }, () => resolve()))
}
