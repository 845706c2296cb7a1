/** An app that fills its volume, on a real platform whose disk is a small file system of its own. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterTestOrFile, systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { answers, appFolder, serves, TestPlatform } from '../test-platform.ts'

const MB = 1_048_576
const PATIENT_MS = 60_000
const isMissing = await systemPart.missing('linux', 'root')

describe.skipIf(isMissing)('an app that fills its volume', () => {
  test('is stopped with the reason before the disk is full; its neighbour and its files stay', {
    timeout: 2 * PATIENT_MS,
  }, async () => {
    const home = smallDisk()
    const platform = await TestPlatform.start({ SEAWORTHY_HOME: home })
    await platform.goLive('neighbour', appFolder(answers('here')))
    await platform.goLive(
      'filler',
      appFolder(fillsItsVolume(), { 'seaworthy.json': { volumes: { data: '/data' } } }),
    )
    leave(home, 150 * MB)

    await platform.request('filler', '/fill')

    await waitFor(() => platform.lastEvent('filler', 'app:stopped'), {
      timeoutMs: PATIENT_MS,
      what: 'the app to be stopped',
    })
    const [end] = await platform.api.call('instances.ends', { params: { slug: 'filler' }, query: {} })
    expect(end).toMatchObject({
      reason: 'disk',
      sentence: expect.stringMatching(
        /^web was stopped: the disk of the server was about to be full \(\d+ MB free\), and the volumes of filler took \d+ MB within a moment\. It stays stopped: make room, then start it again with seaworthy apps start filler\.$/,
      ),
    })
    expect(free(home)).toBeGreaterThan(5 * MB)
    expect(await platform.request('neighbour')).toMatchObject({ status: 200, body: 'here' })
    expect((await platform.api.call('apps.get', { params: { slug: 'filler' } })).state).toBe('stopped')
    const volumes = await platform.api.call('volumes.list', { params: { slug: 'filler' } })
    expect(volumes[0]?.sizeBytes).toBeGreaterThan(MB)
  })
})

/** Writes 20 MB a second, until somebody ends it. */
function fillsItsVolume(): string {
  const fill = `setInterval(() => appendFileSync('/data/file', Buffer.alloc(1_000_000, 1)), 50)`
  return serves(`if (request.url === '/fill') ${fill}\n  response.end('ok')`, {
    before: "import { appendFileSync } from 'node:fs'",
  })
}

/** A home on a file system of 1 GB, gone with its mount after the test. */
function smallDisk(): string {
  const { path } = temporaryFolder({ prefix: 'seaworthy-small-disk-' })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1g,mode=755', 'small-disk', path])
  if (mounted.status !== 0) throw new Error(`${mounted.stderr}`)
  afterTestOrFile(() => void spawnSync('umount', ['--lazy', path]))
  const home = join(path, 'home')
  mkdirSync(home, { mode: 0o711 })
  return home
}

/** Fills the disk up to so many bytes. */
function leave(home: string, bytes: number): void {
  const path = join(home, 'ballast')
  writeFileSync(path, '')
  const size = free(home) - bytes
  if (size <= 0) throw new Error(`Only ${free(home)} bytes are free.`)
  const filled = spawnSync('fallocate', ['--length', `${size}`, path])
  if (filled.status !== 0) throw new Error(`${filled.stderr}`)
}

function free(home: string): number {
  const { bavail, bsize } = statfsSync(home)
  return bavail * bsize
}
