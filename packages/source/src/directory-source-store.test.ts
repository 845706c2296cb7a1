import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { AppError, silentLogger } from '@seaworthy/kit'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { rawTar, rawTarEntry, rawTarHeader, TAR_END } from '../test/raw-tar.ts'
import { rawZip } from '../test/raw-zip.ts'
import { leftovers, makeStore, readTree, streamOf, writeTree } from '../test/source-fixture.ts'
import { createSourceStore } from './index.ts'

const MIB = 1024 * 1024
const lacksMounts = await systemPart.missing('linux', 'root')

describe('an upload', () => {
  test('of hundreds of megabytes streams through without lying in memory', async () => {
    const { store, directory } = makeStore({ limits: { maxUnpackedBytes: 400 * MIB } })
    const block = randomBytes(MIB)
    let highest = 0
    async function* upload() {
      for (const name of ['./a.bin', './b.bin']) {
        yield rawTarHeader({ name }, 150 * MIB)
        for (let part = 0; part < 150; part++) {
          const { arrayBuffers, external } = process.memoryUsage()
          highest = Math.max(highest, arrayBuffers, external)
          yield block
        }
      }
      yield TAR_END
    }
    const before = process.memoryUsage().external

    const { sizeBytes } = await store.fromArchive(upload())

    expect(sizeBytes).toBe(300 * MIB)
    expect(highest - before).toBeLessThan(64 * MIB)
    expect(leftovers(join(directory, 'tmp'))).toEqual([])
  })

  test('that breaks off is refused, and the sender told to try again', async () => {
    const { store, directory } = makeStore()
    async function* broken() {
      yield rawTarEntry({ name: 'a', body: 'a' })
      throw new Error('socket hang up')
    }

    await expect(store.fromArchive(broken())).rejects.toMatchObject({
      code: 'source_upload_interrupted',
      status: 400,
    })
    expect(leftovers(directory)).toEqual([])
  })

  test("that fails with the server's own error fails with that", async () => {
    const { store } = makeStore()
    async function* limited() {
      yield rawTarEntry({ name: 'a', body: 'a' })
      throw new AppError('body_too_large', 'The upload is larger than 1 MB.', { status: 413 })
    }

    await expect(store.fromArchive(limited())).rejects.toMatchObject({ code: 'body_too_large' })
  })

  test('that is refused leaves the connection open for the answer', async () => {
    const { store } = makeStore()
    const upload = new PassThrough()
    upload.write(rawTar([{ name: '../evil', body: 'x' }]))

    await expect(store.fromArchive(upload)).rejects.toMatchObject({ code: 'source_path_outside' })
    expect(upload.destroyed).toBe(false)
  })

  test.each([
    ['a tar', rawTarEntry({ name: 'a', body: 'a'.repeat(100_000) })],
    ['a zip', rawZip([{ name: 'a', body: 'a' }]).subarray(0, 20)],
    ['a tar in the midst of a file', rawTarHeader({ name: 'a' }, 1_000_000)],
  ])('stops when it is aborted while %s waits for more', async (_what, beginning) => {
    const { store, directory } = makeStore()
    const abort = new AbortController()
    async function* stalled() {
      yield beginning
      queueMicrotask(() => abort.abort(new Error('no longer wanted')))
      await new Promise(() => {}) // for ever
    }

    await expect(store.fromArchive(stalled(), { signal: abort.signal })).rejects.toThrow('no longer wanted')
    expect(leftovers(directory)).toEqual([])
  })

  test('with an aborted signal does not even begin', async () => {
    const { store, directory } = makeStore()

    await expect(
      store.fromArchive(streamOf(), { signal: AbortSignal.abort(new Error('late')) }),
    ).rejects.toThrow('late')
    expect(leftovers(directory)).toEqual([])
  })

  test('of the same content by many at once is kept once', async () => {
    const { store, directory } = makeStore()
    const tar = rawTar(Array.from({ length: 50 }, (_, index) => ({ name: `./${index}`, body: `${index}` })))

    const sources = await Promise.all(Array.from({ length: 8 }, () => store.fromArchive(streamOf(tar))))

    expect(new Set(sources.map(({ path }) => path)).size).toBe(1)
    expect(readdirSync(directory)).toHaveLength(2) // it and tmp
    expect(leftovers(join(directory, 'tmp'))).toEqual([])
  })
})

describe.skipIf(lacksMounts)('a full disk', () => {
  function smallDisk(): string {
    const { path } = temporaryFolder()
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path]).status).toBe(0)
    onTestFinished(() => {
      expect(spawnSync('umount', [path]).status).toBe(0)
    })
    return join(path, 'sources')
  }

  const large = rawTarEntry({ name: './large', body: randomBytes(4 * MIB) })
  const small = Array.from({ length: 300 }, (_, index) =>
    rawTarEntry({ name: `./${index}`, body: randomBytes(20_000) }),
  )

  test.each([
    ['one large file', Buffer.concat([large, TAR_END])],
    ['many small files', Buffer.concat([...small, TAR_END])],
    ['a zip', rawZip([{ name: 'large', body: randomBytes(4 * MIB) }])],
  ])('fails the upload with that reason and harms nothing: %s', async (_what, archive) => {
    const directory = smallDisk()
    const store = createSourceStore({ directory, log: silentLogger })
    const kept = await store.fromArchive(streamOf(rawTar([{ name: './a', body: 'kept' }])))

    await expect(store.fromArchive(streamOf(archive))).rejects.toMatchObject({
      code: 'disk_full',
      status: 507,
    })

    expect(leftovers(join(directory, 'tmp'))).toEqual([])
    expect(readTree(kept.path)).toEqual({ a: 'kept' })
    expect((await store.fromArchive(streamOf(rawTar([{ name: './b', body: 'room again' }])))).entries).toBe(1)
  })

  test('fails the copy of a folder with that reason too', async () => {
    const directory = smallDisk()
    const store = createSourceStore({ directory, log: silentLogger })
    const folder = writeTree(temporaryFolder().path, { large: 'x'.repeat(4 * MIB) })

    await expect(store.fromDirectory(folder)).rejects.toMatchObject({ code: 'disk_full' })
    expect(leftovers(join(directory, 'tmp'))).toEqual([])
  })
})

describe('a folder', () => {
  test('is copied, so that changes to it later change no source', async () => {
    const { store } = makeStore()
    const folder = writeTree(temporaryFolder().path, { 'a.js': 'a', link: '-> a.js', '.git/config': 'kept' })
    const source = await store.fromDirectory(folder)

    writeTree(folder, { 'a.js': 'changed' })

    expect(readTree(source.path)).toEqual({
      '.git': null,
      '.git/config': 'kept',
      'a.js': 'a',
      link: '-> a.js',
    })
  })

  test('is refused with a link that leaves it, when it is missing, a file, or holds the store', async () => {
    const { store, directory } = makeStore()
    const outside = writeTree(temporaryFolder().path, { link: '-> /etc/passwd', file: 'f' })
    await store.fromDirectory(writeTree(temporaryFolder().path, { a: 'a' }))

    await expect(store.fromDirectory(outside)).rejects.toMatchObject({ code: 'source_link_outside' })
    await expect(store.fromDirectory(join(outside, 'file'))).rejects.toMatchObject({
      code: 'source_directory_unreadable',
    })
    await expect(store.fromDirectory(join(outside, 'no'))).rejects.toMatchObject({
      code: 'source_directory_unreadable',
    })
    await expect(store.fromDirectory(join(directory, '..'))).rejects.toMatchObject({
      code: 'source_directory_holds_store',
    })
    expect(leftovers(join(directory, 'tmp'))).toEqual([])
  })
})

describe('the sweep', () => {
  const tarOf = (name: string) => streamOf(rawTar([{ name: `./${name}`, body: 'x'.repeat(1000) }]))

  test('removes what is not named, counts it, and opens nothing of it any more', async () => {
    const { store } = makeStore()
    const [kept, dropped] = [
      await store.fromArchive(tarOf('kept')),
      await store.fromArchive(tarOf('dropped')),
    ]

    expect(await store.sweep(new Set([kept.digest]))).toEqual({ removed: 1, freedBytes: 1000 })

    expect(await store.open(kept.digest)).toEqual(kept)
    expect(await store.open(dropped.digest)).toBeUndefined()
    expect(statSync(kept.path).isDirectory()).toBe(true)
  })

  test('spares for a while what was just put, or put again', async () => {
    const { store, directory } = makeStore({ sweepGraceMs: 60_000 })
    const { digest } = await store.fromArchive(tarOf('a'))
    const place = join(directory, digest.slice('sha256:'.length))
    const longAgo = new Date(Date.now() - 120_000)

    expect((await store.sweep(new Set())).removed).toBe(0)
    utimesSync(place, longAgo, longAgo)
    await store.fromArchive(tarOf('a'))
    expect((await store.sweep(new Set())).removed).toBe(0)
    utimesSync(place, longAgo, longAgo)
    expect((await store.sweep(new Set())).removed).toBe(1)
  })

  test('removes temporary folders of a dead process after an hour, and none that is in use', async () => {
    const { store, directory } = makeStore()
    const abandoned = join(directory, 'tmp', 'abandoned')
    const recent = join(directory, 'tmp', 'recent')
    mkdirSync(join(abandoned, 'unpacked'), { recursive: true })
    mkdirSync(recent)
    const upload = new PassThrough()
    const taking = store.fromArchive(upload)
    upload.write(rawTarEntry({ name: './slow', body: 'slow' }))
    await waitFor(() => readdirSync(join(directory, 'tmp')).length === 3)
    const hoursAgo = new Date(Date.now() - 3 * 3_600_000)
    for (const name of readdirSync(join(directory, 'tmp'))) {
      if (name !== 'recent') utimesSync(join(directory, 'tmp', name), hoursAgo, hoursAgo)
    }

    await store.sweep(new Set())
    const left = readdirSync(join(directory, 'tmp'))
    upload.end(TAR_END)

    expect(left).toHaveLength(2)
    expect(left).not.toContain('abandoned')
    expect(readFileSync(join((await taking).path, 'slow'), 'utf8')).toBe('slow')
  })

  test('running all the time never takes a source from under the one who puts it', async () => {
    const { store } = makeStore({ sweepGraceMs: 5_000 })
    let isPutting = true
    const sweeping = (async () => {
      while (isPutting) {
        await store.sweep(new Set())
        await nextTurn()
      }
    })()

    for (let round = 0; round < 40; round++) {
      const source = await store.fromArchive(tarOf(`file${round % 3}`))
      expect(Object.keys(readTree(source.path))).toEqual([`file${round % 3}`])
    }
    isPutting = false
    await sweeping
  })

  test('of a store that never held anything does nothing', async () => {
    const { store, directory } = makeStore()
    rmSync(directory, { recursive: true, force: true })

    expect(await store.sweep(new Set(['sha256:x']))).toEqual({ removed: 0, freedBytes: 0 })
  })
})

test.each([
  '',
  'sha256:',
  'sha256:../../etc',
  `md5:${'a'.repeat(64)}`,
  `sha256:${'A'.repeat(64)}`,
  `sha256:${'a'.repeat(64)}`,
])('there is no source with the digest %j', async digest => {
  expect(await makeStore().store.open(digest)).toBeUndefined()
})

test('a gzip of several members and a padded tar are taken whole', async () => {
  const { store } = makeStore()
  const tar = Buffer.concat([rawTar([{ name: './a', body: 'a'.repeat(10_000) }]), Buffer.alloc(8192)])
  const members = await Promise.all([tar.subarray(0, 5000), tar.subarray(5000)].map(gzipped))

  const source = await store.fromArchive(streamOf(Buffer.concat(members)))

  expect(source.sizeBytes).toBe(10_000)
})

async function gzipped(bytes: Buffer): Promise<Buffer> {
  const gzip = createGzip()
  gzip.end(bytes)
  return Buffer.concat(await gzip.toArray())
}
