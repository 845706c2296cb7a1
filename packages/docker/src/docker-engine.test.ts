import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { silentLogger as log } from '@seaworthy/kit'
import { afterFile, systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectDocker, type DockerEngine } from './docker-engine.ts'
import { statusOf } from './errors.ts'
import { keepImage, sweepKeptImages } from './kept-images.ts'
import {
  ensureNetwork,
  ensureVolume,
  findContainer,
  listContainers,
  listNetworks,
  listVolumes,
  removeContainer,
  removeNetwork,
  removeVolume,
} from './owned-objects.ts'
import { findImage } from './pull-image.ts'

/** Something that answers pings as an engine would. */
async function engineThatSays(headers: Record<string, string>): Promise<string> {
  const socket = join(temporaryFolder().path, 'engine.sock')
  const server = createServer((_request, response) => response.writeHead(200, headers).end('OK'))
  await new Promise<void>(resolve => server.listen(socket, resolve))
  onTestFinished(() => void server.close())
  return `unix://${socket}`
}

describe('connecting', () => {
  test.each([
    ['is too old', { 'API-Version': '1.40', OSType: 'linux' }, 'docker_too_old'],
    ['runs Windows images', { 'API-Version': '1.44', OSType: 'windows' }, 'docker_not_linux'],
    ['is no engine', {}, 'docker_unreachable'],
  ])('to what %s is refused with its reason', async (_what, headers, code) => {
    const host = await engineThatSays(headers as Record<string, string>)

    await expect(connectDocker({ home: 'x', host, log })).rejects.toMatchObject({ code })
  })

  test('to a socket that is not there, or that never answers, ends in time', async () => {
    const { path } = temporaryFolder()
    const missing = connectDocker({ home: 'x', host: `unix://${path}/none.sock`, log })
    await expect(missing).rejects.toMatchObject({ code: 'docker_unreachable', message: /DOCKER_HOST/ })

    const socket = join(path, 'mute.sock')
    const mute = createServer(() => undefined)
    await new Promise<void>(resolve => mute.listen(socket, resolve))
    onTestFinished(() => void mute.closeAllConnections())
    onTestFinished(() => void mute.close())
    const silent = connectDocker({ home: 'x', host: `unix://${socket}`, log, pingTimeoutMs: 50 })
    await expect(silent).rejects.toMatchObject({ code: 'docker_unreachable' })
  })
})

const lacksDocker = await systemPart.missing('linux', 'root', 'docker')

describe.skipIf(lacksDocker)('on an engine that others use too', () => {
  const mark = randomBytes(4).toString('hex')
  const image = `seaworthy-test-${mark}:1`

  const connect = (home: string) => connectDocker({ home: `${mark}-${home}`, log })

  /** An image of nothing, made once. */
  async function emptyImage(engine: DockerEngine): Promise<string> {
    const found = await findImage(engine, image)
    if (found) return found.Id
    const { Readable } = await import('node:stream')
    const [repo, tag] = image.split(':')
    const stream = await engine.client.importImage(Readable.from([Buffer.alloc(1024)]), { repo, tag })
    for await (const _ of stream);
    afterFile(() => engine.client.getImage(image).remove({ force: true }))
    return (await findImage(engine, image))!.Id
  }

  async function container(engine: DockerEngine, Labels: Record<string, string>): Promise<string> {
    const Image = await emptyImage(engine)
    const made = await engine.client.createContainer({ Image, Cmd: ['/none'], Labels })
    onTestFinished(() => made.remove({ force: true }).catch(() => undefined))
    return made.id
  }

  test('speaks a version that both know', async () => {
    const engine = await connect('one')

    expect(engine.apiVersion).toMatch(/^1\.\d\d$/)
    expect(await engine.answers()).toBe(true)
    expect(await engine.call('tell its version', () => engine.client.version())).toHaveProperty('Version')
  })

  test("finds, lists and removes its own containers, and never another platform's or nobody's", async () => {
    const [one, other] = [await connect('one'), await connect('other')]
    const own = await container(one, one.labels({ 'seaworthy.app': 'shop' }))
    const foreign = await container(one, other.labels())
    const nobodys = await container(one, {})

    expect((await listContainers(one)).map(({ Id }) => Id)).toEqual([own])
    expect(await listContainers(one, { 'seaworthy.app': 'blog' })).toEqual([])
    expect(await findContainer(one, own)).toBeDefined()
    for (const id of [foreign, nobodys]) {
      expect(await findContainer(one, id)).toBeUndefined()
      await expect(removeContainer(one, id)).rejects.toMatchObject({ code: 'docker_object_foreign' })
      expect((await one.client.getContainer(id).inspect()).Id).toBe(id)
    }
    await removeContainer(one, own)
    await removeContainer(one, own)

    const gone = await one.client.getContainer(own).inspect().catch(statusOf)
    expect(gone).toBe(404)
  })

  test('leaves networks and volumes of others alone, also when they have the name it wants', async () => {
    const [one, other] = [await connect('one'), await connect('other')]
    const name = `seaworthy-test-${mark}`
    onTestFinished(() => removeNetwork(other, name).then(() => removeVolume(other, name)))
    await ensureNetwork(other, { name, subnet: '10.212.255.0/28' })
    await ensureVolume(other, { name })
    await ensureNetwork(other, { name })

    for (const attempt of [
      () => ensureNetwork(one, { name }),
      () => removeNetwork(one, name),
      () => ensureVolume(one, { name }),
      () => removeVolume(one, name),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'docker_object_foreign' })
    }

    expect([await listNetworks(one), await listVolumes(one)]).toEqual([[], []])
    expect((await listNetworks(other)).map(({ Name }) => Name)).toEqual([name])
    expect((await listVolumes(other)).map(({ Name }) => Name)).toEqual([name])
  })

  test('lets go of kept images by its own name only: what was here before, or has another name, stays', async () => {
    const one = await connect('one')
    const id = await emptyImage(one)
    await keepImage(one, id, { isPulled: false })
    await keepImage(one, id, { isPulled: true }) // known already

    expect(await sweepKeptImages(one, wanted => wanted === id)).toBe(0)
    expect(await sweepKeptImages(await connect('other'), () => false)).toBe(0)
    expect(await sweepKeptImages(one, () => false)).toBe(1)

    expect((await findImage(one, id))?.RepoTags).toEqual([image])
  })
})
