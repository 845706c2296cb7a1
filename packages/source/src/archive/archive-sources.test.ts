import { spawnSync } from 'node:child_process'
import { createReadStream, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { type RawTarEntry, rawPaxEntry, rawTar, rawTarEntry, TAR_END } from '../../test/raw-tar.ts'
import { type RawZipEntry, rawZip } from '../../test/raw-zip.ts'
import {
  corrupt,
  leftovers,
  makeStore,
  readTree,
  refusal,
  streamOf,
  writeTree,
} from '../../test/source-fixture.ts'

const APP = { 'index.js': 'serve()', 'bin/start': 'x:go', 'lib/current': '-> v1', 'lib/v1/a.js': 'a' }
const APP_TAR: RawTarEntry[] = [
  { name: './', type: '5' },
  { name: './index.js', body: 'serve()', mode: 0o4666 },
  { name: './bin/start', body: 'go', mode: 0o777 },
  { name: './lib/current', type: '2', linkName: 'v1' },
  { name: './lib/v1/a.js', body: 'a' },
]
const APP_ZIP: RawZipEntry[] = [
  { name: 'index.js', body: 'serve()' },
  { name: 'bin/', mode: 0o040755 },
  { name: 'bin/start', body: 'go', mode: 0o104755, store: true },
  { name: 'lib/current', body: 'v1', mode: 0o120777 },
  { name: 'lib\\v1\\a.js', body: 'a' },
]

const lacksZstd = await systemPart.missing('zstd')

describe('an archive', () => {
  test('gives one and the same source as zip, tar, tar.gz, tar.zst and folder', async () => {
    const { store, directory } = makeStore()
    const tar = rawTar(APP_TAR)
    const folder = writeTree(temporaryFolder().path, APP)

    const sources = [
      await store.fromDirectory(folder),
      await store.fromArchive(streamOf(tar)),
      await store.fromArchive(streamOf(gzipSync(tar))),
      await store.fromArchive(streamOf(zstdCompressSync(tar))),
      await store.fromArchive(streamOf(rawZip(APP_ZIP))),
    ]

    expect(new Set(sources.map(({ digest }) => digest)).size).toBe(1)
    const [{ path, digest }] = sources as [(typeof sources)[0]]
    expect(readTree(path)).toMatchObject(APP)
    expect(sources[0]).toMatchObject({ sizeBytes: 10, entries: 7 })
    expect(await store.open(digest)).toEqual(sources[0])
    expect(leftovers(join(directory, 'tmp'))).toEqual([])
  })

  test('loses setuid and odd modes on the way', async () => {
    const { store } = makeStore()

    const { path } = await store.fromArchive(streamOf(rawTar(APP_TAR)))

    const modeOf = (file: string) => (lstatSync(join(path, file)).mode & 0o7777).toString(8)
    expect([modeOf('index.js'), modeOf('bin/start'), modeOf('lib')]).toEqual(['644', '755', '755'])
  })

  test('with everything below one folder gives that folder, as code hosts pack it', async () => {
    const { store } = makeStore()
    const global = rawTarEntry({
      name: 'pax_global_header',
      type: 'g',
      body: '52 comment=0123456789012345678901234567890123456789\n',
    })
    const entries = [
      { name: 'app-main/', type: '5' },
      { name: 'app-main/a.js', body: 'a' },
    ]

    const tar = await store.fromArchive(streamOf(Buffer.concat([global, rawTar(entries)])))
    const zip = await store.fromArchive(
      streamOf(
        rawZip([
          { name: 'app-main/a.js', body: 'a' },
          { name: '__MACOSX/app-main/._a.js', body: 'junk' },
        ]),
      ),
    )

    expect(readTree(tar.path)).toEqual({ 'a.js': 'a' })
    expect(zip.digest).toBe(tar.digest)
  })

  test('that names its own root keeps its one folder', async () => {
    const { store } = makeStore()

    const { path } = await store.fromArchive(streamOf(rawTar([{ name: './public/index.html', body: 'hi' }])))

    expect(readTree(path)).toEqual({ public: null, 'public/index.html': 'hi' })
  })

  test('keeps hard links as the files they are', async () => {
    const { store } = makeStore()
    const tar = rawTar([
      { name: './a', body: 'same' },
      { name: './b', type: '1', linkName: './a' },
    ])

    const { path, sizeBytes } = await store.fromArchive(streamOf(tar))

    expect(readTree(path)).toEqual({ a: 'same', b: 'same' })
    expect(sizeBytes).toBe(8)
  })

  test('may have long names (pax and GNU) and come in tiny pieces', async () => {
    const { store } = makeStore()
    const long = `./${'deep/'.repeat(30)}ü.txt`
    const gnu = `./${'other/'.repeat(30)}b`
    const tar = Buffer.concat([
      rawPaxEntry({ path: long }),
      rawTarEntry({ name: 'short', body: 'long' }),
      rawTarEntry({ name: '././@LongLink', type: 'L', body: `${gnu}\0` }),
      rawTarEntry({ name: 'short', body: 'gnu' }),
      TAR_END,
    ])
    const packed = gzipSync(tar)
    const pieces = Array.from({ length: packed.length }, (_, index) => packed.subarray(index, index + 1))

    const { path } = await store.fromArchive(streamOf(...pieces))

    expect(readFileSync(join(path, long), 'utf8')).toBe('long')
    expect(readFileSync(join(path, gnu), 'utf8')).toBe('gnu')
  })

  test.skipIf(lacksZstd)('by the system tools is taken as it is', async () => {
    const { store } = makeStore()
    const folder = writeTree(temporaryFolder().path, APP)
    const outside = temporaryFolder().path
    const digests = new Set<string>()
    for (const [name, ...flags] of [['a.tar'], ['a.tgz', '-z'], ['a.tzst', '--zstd']] as const) {
      const file = join(outside, name)
      expect(spawnSync('tar', [...flags, '-cf', file, '-C', folder, '.']).status).toBe(0)
      digests.add((await store.fromArchive(createReadStream(file, { highWaterMark: 100 }))).digest)
    }

    expect(digests).toEqual(new Set([(await store.fromDirectory(folder)).digest]))
  })
})

describe('an archive that is cut off', () => {
  const tar = rawTar(
    Array.from({ length: 5 }, (_, index) => ({ name: `./f${index}`, body: `${index}`.repeat(700) })),
  )

  test.each([
    ['tar', tar, tar.length - TAR_END.length],
    ['tar.gz', gzipSync(tar), gzipSync(tar).length - 1],
    ['tar.zst', zstdCompressSync(tar), zstdCompressSync(tar).length - 1],
    ['zip', rawZip(APP_ZIP), rawZip(APP_ZIP).length - 1],
  ])('is refused wherever it ends: %s', async (_format, archive, last) => {
    const { store, directory } = makeStore()
    for (let length = 0; length <= last; length += Math.max(1, Math.floor(archive.length / 60))) {
      const cut = archive.subarray(0, length)
      await expect(store.fromArchive(streamOf(cut)), `${length} bytes`).rejects.toMatchObject({
        name: 'SourceRefused',
      })
    }
    await expect(store.fromArchive(streamOf(archive.subarray(0, last)))).rejects.toMatchObject({
      name: 'SourceRefused',
    })
    expect(leftovers(directory)).toEqual([])
  })

  test.each([
    ['tar.gz', gzipSync(tar)],
    [
      'zip',
      rawZip([
        { name: 'a', body: 'x'.repeat(3000), store: true },
        { name: 'b', body: 'y'.repeat(3000) },
      ]),
    ],
  ])('or has a wrong byte in a file is refused: %s', async (_format, archive) => {
    for (const position of [40, 60, 100]) {
      expect(await refusal(corrupt(archive, position))).toMatchObject({
        code: /^source_archive_(damaged|empty)/,
      })
    }
  })
})
