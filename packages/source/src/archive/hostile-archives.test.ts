import { randomBytes } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
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
import { corrupt, refusal } from '../../test/source-fixture.ts'

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
