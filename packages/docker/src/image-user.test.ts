import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { silentLogger as log } from '@seaworthy/kit'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectDocker, type DockerEngine } from './docker-engine.ts'
import { namesRoot, runsAsRoot } from './image-user.ts'
import { listContainers } from './owned-objects.ts'
import { findImage } from './pull-image.ts'

test.each(['', ':0', 'root', 'root:app', '0', '0:0', '+0', '-00'])('%j names root', user => {
  expect(namesRoot(user)).toBe(true)
})

test.each(['1000', '1000:0', 'app', 'toor', '0x0'])('%j names somebody else', user => {
  expect(namesRoot(user)).toBe(false)
})

const lacksDocker = await systemPart.missing('linux', 'root', 'docker')

describe.skipIf(lacksDocker)('the user of an image', () => {
  const mark = randomBytes(4).toString('hex')

  /** @param fill puts something into the folder that becomes the image's `/etc` */
  async function isRoot(user: string, fill: (etc: string) => void): Promise<boolean> {
    const engine = await connectDocker({ home: mark, log })
    const { path } = temporaryFolder()
    mkdirSync(join(path, 'etc'))
    fill(join(path, 'etc'))
    const image = await imageOf(engine, path, [`USER ${user}`])
    const answer = await runsAsRoot(engine, image)
    expect(await listContainers(engine)).toEqual([])
    return answer
  }

  async function imageOf(engine: DockerEngine, folder: string, changes: string[]) {
    const repo = `seaworthy-test-${mark}/${randomBytes(4).toString('hex')}`
    const { stdout } = spawnSync('tar', ['-C', folder, '-c', '.'], { maxBuffer: 8 * 1_048_576 })
    const stream = await engine.client.importImage(Readable.from([stdout]), { repo, tag: '1', changes })
    for await (const _ of stream);
    const image = (await findImage(engine, `${repo}:1`))!
    onTestFinished(() => engine.client.getImage(image.Id).remove({ force: true }))
    return image
  }

  const users = (text: string) => (etc: string) => writeFileSync(join(etc, 'passwd'), text)

  test.each([
    ['another name for 0', 'toor', 'ann:x:1000:1000::/:\ntoor:x:0:0::/:/bin/sh\n'],
    ['such a name with a group', 'toor:ann', 'toor:x:0:0'],
    ['a number that is none', 'toor', 'toor:x:none:0::/:\n'],
    ['a line without a number', 'toor', 'toor:x'],
    ['spaces around its line', 'toor', '\u0085 toor:x:00:0::/:\r\n'],
    ['a second line of the name', 'toor', '\ufefftoor:x:1000:1000::/:\ntoor:x:0:0::/:\n'],
    ['a name beyond ASCII', 'töör', 'töör:x:0:0::/:\n'],
    ['a name that looks like a number', '99999999999999999999', '99999999999999999999:x:0:0::/:\n'],
  ])('is root behind %s', async (_what, user, passwd) => {
    expect(await isRoot(user, users(passwd))).toBe(true)
  })

  test('is taken for root where the file is a link, or larger than any', async () => {
    const link = await isRoot('toor', etc => {
      writeFileSync(join(etc, 'other'), 'toor:x:0:0::/:\n')
      symlinkSync('other', join(etc, 'passwd'))
    })
    const large = await isRoot('ann', etc => {
      users('ann:x:1000:1000::/:\n')(etc)
      truncateSync(join(etc, 'passwd'), 2 * 1_048_576)
    })

    expect([link, large]).toEqual([true, true])
  })

  test.each([
    ['with a number of its own', 'ann', 'root:x:0:0::/:\nann:x:1000:1000::/:\n'],
    ['that no line has', 'ann', 'anna:x:0:0::/:\n'],
    ['of an empty file', 'ann', ''],
  ])('is not root by a name %s', async (_what, user, passwd) => {
    expect(await isRoot(user, users(passwd))).toBe(false)
  })

  test('is not root by a name where the image has no users', async () => {
    expect(await isRoot('ann', () => {})).toBe(false)
  })
})
