import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStage, type RuntimeFactory } from './conformance-stage.ts'

/** The part of the contract that is about what an instance may see, read, change and reach. */
export function testConfinement(factory: RuntimeFactory): void {
  testFiles(factory)
  testNetwork(factory)
  testVolumes(factory)
}

function testFiles(factory: RuntimeFactory): void {
  if (!factory.can.separateUsers) return

  test('an instance may not read what only the platform may', async () => {
    const stage = await openStage(factory)
    const secret = join(stage.home, 'secret')
    writeFileSync(secret, 'secret', { mode: 0o600 })

    const instance = await stage.start(`read ${secret}`)
    await instance.exited

    expect(stage.output('out')).toMatch(/^failed (EACCES|ENOENT)/)
  })

  test('an instance may not see the tree of another app', async () => {
    const stage = await openStage(factory)
    const other = await stage.start('graceful', {
      id: 'other',
      app: { id: 'app_2', slug: 'other', userNumber: 2 },
    })
    await stage.waitForOutput('up', 'other')

    const byPath = await stage.start(`read ${join(stage.directory, '..', 'other', 'app.mjs')}`, {
      id: 'by-path',
    })
    const byProc = await stage.start(`read /proc/${await stage.hostPid(other)}/cwd/app.mjs`, {
      id: 'by-proc',
    })
    await Promise.all([byPath.exited, byProc.exited])

    expect(stage.output('out', 'by-path')).toMatch(/^failed (EACCES|ENOENT)/)
    expect(stage.output('out', 'by-proc')).toMatch(/^failed (EACCES|ENOENT)/)
  })

  test('an instance may not change its tree', async () => {
    const stage = await openStage(factory)

    const instance = await stage.start('write app.mjs')
    await instance.exited

    expect(stage.output('out')).toMatch(/^failed (EROFS|EACCES)/)
  })

  test('an instance is neither root nor the user of another app', async () => {
    const stage = await openStage(factory)
    const app = { id: 'app_2', slug: 'other', userNumber: 2 }
    const one = await stage.start('serve', { needsPort: true, id: 'one' })
    const other = await stage.start('serve', { needsPort: true, id: 'other', app })

    const [uid, otherUid] = [(await stage.ask(one)).uid, (await stage.ask(other)).uid]

    expect(new Set([0, process.getuid?.(), uid, otherUid]).size).toBe(3)
  })
}

function testNetwork(factory: RuntimeFactory): void {
  if (!factory.can.separateNetworks) return

  test('instances of an app reach each other by the name of their process, those of others do not', async () => {
    const stage = await openStage(factory)
    const web = await stage.start('serve', { needsPort: true })
    await stage.ask(web)
    const { host, port } = web.address!
    const other = { id: 'app_2', slug: 'other', userNumber: 2 }

    const own = await stage.start(`fetch http://web:${port}/`, { id: 'own', process: 'worker' })
    const byName = await stage.start(`fetch http://web:${port}/`, { id: 'by-name', app: other })
    const byAddress = await stage.start(`fetch http://${host}:${port}/`, { id: 'by-address', app: other })
    await Promise.all([own.exited, byName.exited, byAddress.exited])

    expect(stage.output('out', 'own')).toBe('done 200\n')
    expect(stage.output('out', 'by-name')).toMatch(/^failed/)
    expect(stage.output('out', 'by-address')).toMatch(/^failed/)
  })
}

function testVolumes(factory: RuntimeFactory): void {
  if (!factory.can.mountVolumes) return

  test('what an instance writes to a volume is there for the next, and only under its folder', async () => {
    const stage = await openStage(factory)
    const volumes = [{ name: 'data', source: join(stage.home, 'volumes', 'data'), target: '/data' }]

    const writer = await stage.start('write /data/note', { id: 'writer', volumes })
    await writer.exited
    const reader = await stage.start('read /data/note', { id: 'reader', volumes })
    await reader.exited

    expect(stage.output('out', 'writer')).toBe('done \n')
    expect(stage.output('out', 'reader')).toBe('done changed\n')
  })
}
