import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { silentLogger as log } from '@seaworthy/kit'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectDocker, type DockerEngine } from './docker-engine.ts'
import { keepImage } from './kept-images.ts'
import { listOwnedDisk } from './owned-disk.ts'
import { ensureVolume, removeVolume } from './owned-objects.ts'
import { APP_ID_LABEL, BUILD_APP_LABEL, BUILD_HOME_LABEL, type Labels } from './ownership.ts'
import { findImage } from './pull-image.ts'

const lacksDocker = await systemPart.missing('linux', 'root', 'docker')

describe.skipIf(lacksDocker)('what the platform has on the disk of an engine', () => {
  const mark = randomBytes(4).toString('hex')

  async function imageOf(engine: DockerEngine, name: string, bytes: number, labels: Labels): Promise<string> {
    const { path } = temporaryFolder()
    writeFileSync(join(path, 'file'), randomBytes(bytes))
    const repo = `seaworthy-test-${mark}/${name}`
    const changes = Object.entries(labels).map(([key, value]) => `LABEL ${key}=${value}`)
    const { stdout } = spawnSync('tar', ['-C', path, '-c', 'file'])
    const stream = await engine.client.importImage(Readable.from([stdout]), { repo, tag: '1', changes })
    for await (const _ of stream);
    const { Id } = (await findImage(engine, `${repo}:1`))!
    onTestFinished(() => engine.client.getImage(Id).remove({ force: true }))
    return Id
  }

  test('is told by app, with sizes, and nothing of others is in it', async () => {
    const engine = await connectDocker({ home: mark, log })
    const other = { [BUILD_HOME_LABEL]: 'another', [BUILD_APP_LABEL]: 'app_1' }
    const built = await imageOf(engine, 'built', 50_000, {
      [BUILD_HOME_LABEL]: mark,
      [BUILD_APP_LABEL]: 'app_1',
    })
    const pulled = await imageOf(engine, 'pulled', 30_000, {})
    await keepImage(engine, pulled, { isPulled: true })
    const foreign = await imageOf(engine, 'foreign', 20_000, other)
    const base = await imageOf(engine, 'base', 40_000, {})
    const found = await imageOf(engine, 'found', 10_000, {})
    await keepImage(engine, found, { isPulled: false })
    const container = await engine.client.createContainer({
      Image: built,
      Cmd: ['/none'],
      Labels: engine.labels({ [APP_ID_LABEL]: 'app_1' }),
    })
    onTestFinished(() => container.remove({ force: true }))
    const volume = `seaworthy-test-${mark}`
    await ensureVolume(engine, { name: volume })
    onTestFinished(() => removeVolume(engine, volume))

    const usage = await listOwnedDisk(engine, { pulledIds: new Set([base]) })
    const { owned, otherBytes, rootDirectory } = usage

    const byId = new Map(owned.map(item => [item.id, item]))
    expect([...byId.keys()].sort()).toEqual([built, base, container.id, pulled, volume].sort())
    expect(byId.get(built)).toMatchObject({ kind: 'image', appId: 'app_1', bytes: 50_000, isInUse: true })
    expect(byId.get(pulled)).toMatchObject({ kind: 'image', bytes: 30_000, isInUse: false })
    expect(byId.get(base)).toMatchObject({ kind: 'base-image', bytes: 40_000, isInUse: false })
    expect(byId.get(container.id)).toMatchObject({ kind: 'instance', appId: 'app_1', isInUse: false })
    expect(byId.get(volume)).toMatchObject({ kind: 'volume', bytes: 0, isInUse: false })
    expect(byId.has(foreign) || byId.has(found)).toBe(false)
    expect(otherBytes).toBeGreaterThanOrEqual(30_000)
    expect(rootDirectory).toMatch(/^\//)
  })
})
