import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { answers, appFolder, builtWith, TestPlatform } from '../test-platform.ts'

const MB = 1_048_576
/** A machine that does much else takes its time. */
const PATIENT = { timeoutMs: 60_000 }

function smallDisk(megabytes: number): string {
  const { path } = temporaryFolder()
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path]).status).toBe(
    0,
  )
  onTestFinished(() => expect(spawnSync('umount', [path]).status).toBe(0))
  return path
}

function freeMb(path: string): number {
  const { bavail, bsize } = statfsSync(path)
  return (bavail * bsize) / MB
}

test.skipIf(await systemPart.missing('root', 'linux'))(
  'on a full disk a push fails with that reason, the old release serves on, and with space the next one works',
  async () => {
    const disk = smallDisk(240) // Node, which apps are run with, takes 150 MB of it
    const platform = await TestPlatform.start({
      SEAWORTHY_HOME: join(disk, 'home'),
      SEAWORTHY_BUILD_CONCURRENCY: '1',
    })
    await platform.goLive('shop', appFolder(answers('one')))
    const ballast = join(disk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(Math.floor(freeMb(disk) - 12) * MB))

    const uploadTooLarge = appFolder(answers('two'), { 'data.bin': randomBytes(20 * MB).toString('latin1') })
    await expect(platform.push('shop', uploadTooLarge)).rejects.toMatchObject({
      status: 507,
      code: 'disk_full',
    })

    const buildTooLarge = appFolder(answers('two'), {
      ...builtWith('node build.js'),
      'build.js': `import { writeFileSync } from 'node:fs'\nwriteFileSync('big.bin', Buffer.alloc(${30 * MB}))`,
    })
    const { deployment } = await platform.deploy('shop', buildTooLarge)
    expect(deployment.state).toBe('failed')
    expect(deployment.error?.message).toMatch(/disk .*full|no space/i)
    expect((await platform.request('shop')).body).toBe('one')
    expect(freeMb(disk)).toBeGreaterThan(8)

    rmSync(ballast)
    await platform.goLive('shop', buildTooLarge)
    expect((await platform.request('shop')).body).toBe('two')

    // What had room when it was asked for is asked again once its turn comes.
    const slow = await platform.push('slow', appFolder(answers('slow'), builtWith('sleep 600')))
    const builds = { params: { slug: 'slow', number: 1 } }
    await waitFor(async () => (await platform.api.call('builds.get', builds)).state === 'running', PATIENT)
    const queued = await platform.push('shop', appFolder(answers('three')))
    const asked = { params: { slug: 'shop', number: queued.number } }
    await waitFor(async () => (await platform.api.call('deployments.get', asked)).waitingFor, PATIENT)
    writeFileSync(ballast, Buffer.alloc(Math.floor(freeMb(disk) - 30) * MB))
    await platform.api.call('deployments.cancel', { params: { slug: 'slow', number: slow.number } })

    const refused = await platform.untilState('shop', queued.number, ['failed', 'succeeded'])
    expect(refused.error?.code).toBe('disk_full')
    expect(refused.error?.message).toMatch(
      /no room for build \d of shop .*: \d+ MB are free, 6\d MB are needed/,
    )
    expect((await platform.request('shop')).body).toBe('two')
  },
  120_000,
)
