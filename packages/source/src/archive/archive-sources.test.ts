import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createReadStream, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import {
  type RawTarEntry,
  rawPaxEntry,
  rawTar,
  rawTarEntry,
  rawTarHeader,
  TAR_END,
} from '../../test/raw-tar.ts'
import { type RawZipEntry, rawZip } from '../../test/raw-zip.ts'
import { leftovers, makeStore, readTree, streamOf, writeTree } from '../../test/source-fixture.ts'

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

async function refusal(archive: Uint8Array, options = {}) {
  const { store, directory } = makeStore(options)
  const error = await store.fromArchive(streamOf(archive)).then(
    source => Promise.reject(new Error(`taken: ${JSON.stringify(readTree(source.path))}`)),
    caught => caught,
  )
  expect(leftovers(directory)).toEqual([])
  return error
}

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

const OK: RawTarEntry = { name: 'ok.txt', body: 'ok' }

describe('a hostile tar leaves nothing on disk:', () => {
  test.each<[string, RawTarEntry[], string]>([
    ['a path that goes up', [OK, { name: '../evil', body: 'x' }], 'path_outside'],
    ['a path that goes up in the middle', [{ name: 'a/../../evil', body: 'x' }], 'path_outside'],
    ['a path that goes up with backslashes', [{ name: 'a\\..\\..\\evil', body: 'x' }], 'path_outside'],
    ['an absolute path', [OK, { name: '/tmp/evil', body: 'x' }], 'path_outside'],
    ['a path with a drive', [{ name: 'C:\\evil', body: 'x' }], 'path_outside'],
    ['a link that goes up', [OK, { name: 'a', type: '2', linkName: '../x' }], 'link_outside'],
    ['a link to an absolute path', [OK, { name: 'a', type: '2', linkName: '/etc/passwd' }], 'link_outside'],
    [
      'a link that leaves through another',
      [OK, { name: 'd/up', type: '2', linkName: '..' }, { name: 'a', type: '2', linkName: 'd/up/../x' }],
      'link_outside',
    ],
    [
      'a link that leaves the one folder that is the app',
      [
        { name: 'app/a.js', body: 'a' },
        { name: 'app/l', type: '2', linkName: '../x' },
      ],
      'link_outside',
    ],
    ['a hard link out of the tree', [OK, { name: 'a', type: '1', linkName: '/etc/passwd' }], 'path_outside'],
    [
      'a hard link that goes up',
      [OK, { name: 'a', type: '1', linkName: '../../etc/passwd' }],
      'path_outside',
    ],
    ['a hard link to nothing', [OK, { name: 'a', type: '1', linkName: 'gone' }], 'link_outside'],
    [
      'a hard link to a link',
      [
        { name: 'l', type: '2', linkName: 'ok.txt' },
        { name: 'a', type: '1', linkName: 'l' },
      ],
      'link_outside',
    ],
    ['a character device', [OK, { name: 'null', type: '3' }], 'special_file'],
    ['a block device', [OK, { name: 'sda', type: '4' }], 'special_file'],
    ['a pipe', [OK, { name: 'pipe', type: '6' }], 'special_file'],
    ['an entry of unknown kind', [OK, { name: 'odd', type: 'V' }], 'special_file'],
    [
      'a file through a link',
      [
        { name: 'd', type: '2', linkName: 'e' },
        { name: 'd/x', body: 'x' },
      ],
      'path_conflict',
    ],
    [
      'a file over a link',
      [
        { name: 'd', type: '2', linkName: 'e' },
        { name: 'd', body: 'x' },
      ],
      'path_conflict',
    ],
    [
      'a file over a folder',
      [
        { name: 'd/x', body: 'x' },
        { name: 'd', body: 'x' },
      ],
      'path_conflict',
    ],
    [
      'a folder over a file',
      [
        { name: 'd', body: 'x' },
        { name: 'd/x', body: 'x' },
      ],
      'path_conflict',
    ],
    ['a file twice', [OK, OK], 'entry_duplicate'],
    ['a file in two spellings', [OK, { name: 'OK.txt', body: 'x' }], 'entry_duplicate'],
    [
      'a folder in two spellings',
      [
        { name: 'src/a', body: 'x' },
        { name: 'SRC/b', body: 'x' },
      ],
      'entry_duplicate',
    ],
    [
      'one name in two Unicode forms',
      [
        { name: '\u00e9', body: 'x' },
        { name: 'e\u0301', body: 'x' },
      ],
      'entry_duplicate',
    ],
    [
      'a file that is the root',
      [
        { name: './', type: '5' },
        { name: './', body: 'x', type: '0' },
      ],
      'archive_damaged',
    ],
    ['no entries', [], 'archive_empty'],
    ['nothing but its root', [{ name: './', type: '5' }], 'archive_empty'],
  ])('%s', async (_what, entries, reason) => {
    const error = await refusal(gzipSync(rawTar(entries)))

    expect(error).toMatchObject({ code: `source_${reason}`, name: 'SourceRefused' })
    expect(error.status).toBeLessThan(500)
    expect(error.message).toMatch(/^[A-Z'].*\.$/s)
  })

  test.each([
    ['of pax', rawPaxEntry({ path: 'a\0b' })],
    ['of GNU tar', rawTarEntry({ name: '././@LongLink', type: 'L', body: 'a\0b\0' })],
    ['of the target of a link', rawPaxEntry({ linkpath: 'a\0b' })],
  ])('a name with NUL: %s', async (_kind, header) => {
    const entry = rawTarEntry({ name: 'x', type: '2', linkName: 'y' })

    expect(await refusal(Buffer.concat([header, entry, TAR_END]))).toMatchObject({
      code: 'source_name_invalid',
    })
  })

  test('a name too long for any file', async () => {
    const tar = Buffer.concat([rawPaxEntry({ path: 'x'.repeat(300) }), rawTarEntry(OK), TAR_END])

    expect(await refusal(tar)).toMatchObject({ code: 'source_name_invalid' })
  })

  test('a size in its header that is larger than the archive', async () => {
    const tar = Buffer.concat([
      rawTarEntry(OK),
      rawTarHeader({ name: 'big', claimedSize: 1e9 }, 0),
      Buffer.alloc(4096),
    ])

    expect(await refusal(tar)).toMatchObject({ code: 'source_archive_damaged' })
  })

  test('folders beyond count, though only implied by a path', async () => {
    const tar = rawTar(Array.from({ length: 10 }, (_, index) => ({ name: `${index}/a/b/c/d/e/f`, body: '' })))

    expect(await refusal(tar, { limits: { maxEntries: 40 } })).toMatchObject({
      code: 'source_too_many_entries',
      status: 413,
    })
  })

  test('headers without end', async () => {
    const header = rawPaxEntry({ comment: randomBytes(20_000).toString('base64') })
    const tar = Buffer.concat([...Array.from({ length: 4000 }, () => header), rawTarEntry(OK), TAR_END])
    const limits = { maxUnpackedBytes: 1_000_000, maxEntries: 100, maxRatio: 1e9 }

    expect(await refusal(gzipSync(tar), { limits })).toMatchObject({ code: 'source_too_large' })
  })

  test('a path deeper than any project nests', async () => {
    const tar = Buffer.concat([rawPaxEntry({ path: `${'a/'.repeat(201)}x` }), rawTarEntry(OK), TAR_END])

    expect(await refusal(tar)).toMatchObject({ code: 'source_name_invalid', message: /200 folders deep/ })
  })

  test('more bytes than allowed, counted and not believed', async () => {
    const tar = rawTar([
      { name: 'a', body: Buffer.alloc(60_000) },
      { name: 'b', body: Buffer.alloc(60_000) },
    ])

    expect(await refusal(tar, { limits: { maxUnpackedBytes: 100_000 } })).toMatchObject({
      code: 'source_too_large',
    })
  })

  test('bytes multiplied by hard links', async () => {
    const links = Array.from({ length: 9 }, (_, index) => ({ name: `l${index}`, type: '1', linkName: 'a' }))
    const tar = rawTar([{ name: 'a', body: Buffer.alloc(20_000) }, ...links])

    expect(await refusal(tar, { limits: { maxUnpackedBytes: 100_000 } })).toMatchObject({
      code: 'source_too_large',
    })
  })

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('a %s bomb', async (_format, compress) => {
    const bomb = compress(rawTar([{ name: 'zeros', body: Buffer.alloc(50_000_000) }]))

    expect(await refusal(bomb)).toMatchObject({ code: 'source_ratio_too_high' })
  })

  test('an archive within an archive', async () => {
    expect(await refusal(gzipSync(gzipSync(rawTar([OK]))))).toMatchObject({
      code: 'source_archive_format_unknown',
    })
  })

  test.each([
    ['nothing at all', Buffer.alloc(0), 'archive_empty'],
    ['text', Buffer.from('hello world '.repeat(100)), 'archive_format_unknown'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'archive_format_unknown'],
    ['an xz archive', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), 'archive_format_unknown'],
    ['a gzip of text', gzipSync('hello'), 'archive_format_unknown'],
    ['a gzip of nothing', gzipSync(''), 'archive_format_unknown'],
    ['a tar whose checksum is wrong', corrupt(rawTar([OK]), 3), 'archive_format_unknown'],
    [
      'a tar with a damaged second header',
      corrupt(rawTar([OK, { ...OK, name: 'b' }]), 1027),
      'archive_damaged',
    ],
  ])('%s', async (_what, bytes, reason) => {
    expect(await refusal(bytes)).toMatchObject({ code: `source_${reason}` })
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

describe('a hostile zip leaves nothing on disk:', () => {
  test.each<[string, RawZipEntry[], string]>([
    ['a path that goes up', [{ name: '../evil', body: 'x' }], 'path_outside'],
    ['a path that goes up with backslashes', [{ name: '..\\evil', body: 'x' }], 'path_outside'],
    ['an absolute path', [{ name: '/tmp/evil', body: 'x' }], 'path_outside'],
    ['a path with a drive', [{ name: 'C:/evil', body: 'x' }], 'path_outside'],
    ['a name with NUL', [{ name: 'a\0b', body: 'x' }], 'name_invalid'],
    ['a link that goes up', [{ name: 'a', body: '../../etc/passwd', mode: 0o120777 }], 'link_outside'],
    ['a link to an absolute path', [{ name: 'a', body: '/etc/passwd', mode: 0o120777 }], 'link_outside'],
    [
      'a link with a target of megabytes',
      [{ name: 'a', body: 'x/'.repeat(1e6), mode: 0o120777 }],
      'archive_damaged',
    ],
    [
      'a file through a link',
      [
        { name: 'd', body: 'e', mode: 0o120777 },
        { name: 'd/x', body: 'x' },
      ],
      'path_conflict',
    ],
    ['a device', [{ name: 'null', mode: 0o020666 }], 'special_file'],
    ['a pipe', [{ name: 'pipe', mode: 0o010666 }], 'special_file'],
    [
      'a file twice',
      [
        { name: 'a', body: 'x' },
        { name: 'a', body: 'y' },
      ],
      'entry_duplicate',
    ],
    [
      'a file in two spellings',
      [
        { name: 'a', body: 'x' },
        { name: 'A', body: 'y' },
      ],
      'entry_duplicate',
    ],
    ['no entries', [], 'archive_empty'],
    ['an encrypted file', [{ name: 'a', body: 'x', claimed: { flags: 1 } }], 'archive_encrypted'],
    ['an unknown compression', [{ name: 'a', body: 'x', claimed: { method: 99 } }], 'archive_format_unknown'],
    ['a wrong checksum', [{ name: 'a', body: 'x', claimed: { crc: 1 } }], 'archive_damaged'],
    [
      'a size smaller than the truth',
      [{ name: 'a', body: 'x'.repeat(999), claimed: { size: 5 } }],
      'archive_damaged',
    ],
    ['a size larger than the truth', [{ name: 'a', body: 'x', claimed: { size: 500 } }], 'archive_damaged'],
    ['a bomb', [{ name: 'zeros', body: Buffer.alloc(50_000_000) }], 'ratio_too_high'],
  ])('%s', async (_what, entries, reason) => {
    expect(await refusal(rawZip(entries))).toMatchObject({ code: `source_${reason}`, name: 'SourceRefused' })
  })

  test('more entries or bytes than allowed', async () => {
    const entries = Array.from({ length: 20 }, (_, index) => ({ name: `${index}`, body: 'x'.repeat(1000) }))

    expect(await refusal(rawZip(entries), { limits: { maxEntries: 19 } })).toMatchObject({
      code: 'source_too_many_entries',
    })
    expect(await refusal(rawZip(entries), { limits: { maxUnpackedBytes: 19_999 } })).toMatchObject({
      code: 'source_too_large',
    })
  })
})

function corrupt(archive: Buffer, position: number): Buffer {
  const copy = Buffer.from(archive)
  copy[position] = (copy[position] ?? 0) ^ 0x55
  return copy
}
