/** Folders as a hostile app leaves them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { endpointOf } from '@seaworthy/api'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { imageType } from './image-type.ts'
import type { Place } from './inside-folder.ts'
import { listFolder } from './list-folder.ts'
import { downloadOf, MAX_TEXT_BYTES, viewFile } from './view-file.ts'

const FIRST = { page: 1, limit: 100, order: 'asc' } as const
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

function stage() {
  const outside = temporaryFolder().path
  writeFileSync(join(outside, 'secret'), 'of the platform')
  const root = join(outside, 'root')
  mkdirSync(root)
  const at = (path: string): Place => ({ root, path, where: 'volume data of shop' })
  const file = (path: string, content: string | Buffer) => writeFileSync(join(root, path), content)
  return { outside, root, at, file }
}

test('lists folders first, then by name, with what each is', async () => {
  const { root, at, file } = stage()
  file('b.txt', 'hello')
  file('a.sh', '')
  spawnSync('chmod', ['+x', join(root, 'a.sh')])
  mkdirSync(join(root, 'z'))
  symlinkSync('../secret', join(root, 'link'))

  const { items, total } = await listFolder(at(''), FIRST)

  expect(total).toBe(4)
  expect(items).toMatchObject([
    { name: 'z', kind: 'folder', sizeBytes: null },
    { name: 'a.sh', kind: 'file', sizeBytes: 0, executable: true },
    { name: 'b.txt', kind: 'file', sizeBytes: 5, executable: false, target: null },
    { name: 'link', kind: 'link', sizeBytes: null, target: '../secret' },
  ])
})

test('pages, searches and turns the order round', async () => {
  const { at, file } = stage()
  for (let index = 0; index < 25; index++) file(`file-${String(index).padStart(2, '0')}`, '')

  const last = await listFolder(at(''), { page: 3, limit: 10, order: 'asc' })
  const found = await listFolder(at(''), { ...FIRST, search: 'FILE-1' })
  const turned = await listFolder(at(''), { page: 1, limit: 1, order: 'desc' })
  const beyond = await listFolder(at(''), { page: 9, limit: 10, order: 'asc' })

  expect(last.items.map(({ name }) => name)).toEqual(['file-20', 'file-21', 'file-22', 'file-23', 'file-24'])
  expect([found.total, turned.items[0]!.name]).toEqual([10, 'file-24'])
  expect(beyond).toEqual({ items: [], total: 25 })
})

test('follows no link, wherever in a path it stands', async () => {
  const { outside, root, at } = stage()
  symlinkSync(outside, join(root, 'out'))
  symlinkSync(join(outside, 'secret'), join(root, 'stolen'))
  symlinkSync('loop', join(root, 'loop'))
  mkdirSync(join(root, 'kept'))
  symlinkSync('..', join(root, 'kept', 'up'))

  for (const path of ['out', 'stolen', 'loop', 'kept/up'])
    await expect(listFolder(at(path), FIRST), path).rejects.toMatchObject({ code: 'not_a_folder' })
  for (const path of ['out/secret', 'loop/a', 'kept/up/kept'])
    await expect(viewFile(at(path)), path).rejects.toMatchObject({ code: 'not_a_folder' })
  for (const path of ['stolen', 'loop'])
    await expect(downloadOf(at(path)), path).rejects.toMatchObject({ code: 'not_a_file' })
  expect(await viewFile(at('stolen'))).toMatchObject({ kind: 'link', preview: 'none', text: null })
})

test('a file that is swapped for a link after the look at it is not sent', async () => {
  const { outside, root, at, file } = stage()
  file('report', 'x'.repeat(15))
  const download = await downloadOf(at('report'))

  rmSync(join(root, 'report'))
  symlinkSync(join(outside, 'secret'), join(root, 'report'))

  await expect(textOf(download.chunks)).rejects.toMatchObject({ code: 'not_a_file' })
})

test('a folder that is swapped for a link is not walked through', async () => {
  const { outside, root, at } = stage()
  mkdirSync(join(root, 'data'))
  writeFileSync(join(root, 'data', 'secret'), 'of the app')
  const download = await downloadOf(at('data/secret'))

  renameSync(join(root, 'data'), join(root, 'old'))
  symlinkSync(outside, join(root, 'data'))

  await expect(textOf(download.chunks)).rejects.toMatchObject({ code: 'not_a_folder' })
})

test('never waits for a pipe and never opens a socket or a device', async () => {
  const { root, at } = stage()
  expect(spawnSync('mkfifo', [join(root, 'pipe')]).status).toBe(0)
  const server = createServer().listen(join(root, 'socket'))
  onTestFinished(() => void server.close())
  await new Promise(resolve => server.once('listening', resolve))
  const hasDevice = spawnSync('mknod', [join(root, 'zero'), 'c', '1', '5']).status === 0

  for (const path of ['pipe', 'socket', ...(hasDevice ? ['zero'] : [])]) {
    expect(await viewFile(at(path)), path).toMatchObject({ kind: 'other', preview: 'none' })
    await expect(downloadOf(at(path)), path).rejects.toMatchObject({ code: 'not_a_file' })
  }
})

test('names full of marks are listed as they are, and can be opened', async () => {
  const { at, file } = stage()
  const names = [
    'a\nb',
    '\u202egpj.exe',
    '<img src=x>',
    '-rf',
    '\u001b[31mred',
    'ä'.repeat(127),
    'it\'s "ours"',
    '...',
  ]
  for (const name of names) file(name, name)

  const { items } = await listFolder(at(''), FIRST)

  expect(items.map(({ name }) => name).sort()).toEqual([...names].sort())
  for (const name of names) expect((await viewFile(at(name))).text, name).toBe(name)
})

test('a name that is no text is listed, and opened by nobody', async () => {
  const { root, at } = stage()
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff])]), '')

  const { items } = await listFolder(at(''), FIRST)

  expect(items).toMatchObject([{ name: 'f\ufffd', kind: 'other', sizeBytes: null }])
  await expect(viewFile(at('f\ufffd'))).rejects.toMatchObject({ code: 'file_not_found' })
})

test('paths out of the files are refused before anything is opened', () => {
  const folder = endpointOf('volumes.files').query!
  const file = endpointOf('volumes.downloadFile').query!
  for (const path of [
    '..',
    '../secret',
    'a/../b',
    '/etc/passwd',
    'a//b',
    './a',
    'a/',
    'a\0b',
    'x'.repeat(10_000),
  ])
    expect(folder.safeParse({ path }).success, path.slice(0, 20)).toBe(false)
  for (const path of ['a', '...', 'a/..b', '.env', 'a\nb', '']) {
    expect(folder.safeParse({ path }).success, path).toBe(true)
  }
  expect(file.safeParse({ path: '' }).success).toBe(false)
})

test('a path with thousands of parts or a very long name is nothing, not a failure', async () => {
  const { at } = stage()

  await expect(listFolder(at('a/'.repeat(2_000).slice(0, -1)), FIRST)).rejects.toMatchObject({ status: 404 })
  await expect(viewFile(at('x'.repeat(4_096)))).rejects.toMatchObject({ status: 404 })
})

test('shows text of up to 1 MiB, and says what everything else is', async () => {
  const { at, file } = stage()
  file('empty', '')
  file('whole', 'x'.repeat(MAX_TEXT_BYTES))
  file('long', 'x'.repeat(MAX_TEXT_BYTES + 1))
  file('binary', Buffer.from([1, 0, 2]))
  file('latin', Buffer.from([0x66, 0xe9]))
  file('page.html', PNG)
  file('drawing.png', '<svg onload="alert(1)"/>')

  const previews = await Promise.all(
    ['empty', 'whole', 'long', 'binary', 'latin', 'page.html', 'drawing.png'].map(path => viewFile(at(path))),
  )

  expect(previews.map(({ preview }) => preview)).toEqual([
    ...['text', 'text', 'too-large', 'binary', 'binary', 'image', 'text'],
  ])
  expect(previews[0]!.text).toBe('')
})

test('a download is whole, with its kind only where that is harmless', async () => {
  const { at, file } = stage()
  const bytes = Buffer.alloc(200_000, 'seaworthy')
  file('large.bin', bytes)
  file('page.html', '<script>alert(1)</script>')
  file('picture', PNG)

  const large = await downloadOf(at('large.bin'))

  expect(large).toMatchObject({ filename: 'large.bin', sizeBytes: 200_000 })
  expect(await textOf(large.chunks)).toBe(bytes.toString())
  expect((await downloadOf(at('page.html'))).contentType).toBe('application/octet-stream')
  expect((await downloadOf(at('picture'))).contentType).toBe('image/png')
  expect(imageType(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">'))).toBeUndefined()
})

test('holds no file open, whatever was asked', async () => {
  const { at, file } = stage()
  file('a', 'a')
  const before = openDescriptors()

  await listFolder(at(''), FIRST)
  await viewFile(at('a'))
  await downloadOf(at('a')) // which nobody takes
  const left = (await downloadOf(at('a'))).chunks[Symbol.asyncIterator]()
  await left.next()
  await left.return?.()
  await viewFile(at('b')).catch(() => undefined)
  await listFolder(at('a/b'), FIRST).catch(() => undefined)

  expect(openDescriptors()).toEqual(before)
})

test('a folder with more entries than can be listed is refused with the reason', async () => {
  const { at, file } = stage()
  for (let index = 0; index < 12; index++) file(`${index}`, '')

  await expect(listFolder(at(''), FIRST, 10)).rejects.toMatchObject({ code: 'folder_too_large' })
})

/** What this process has open below temporary folders. */
function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

async function textOf(chunks: AsyncIterable<string | Uint8Array>): Promise<string> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts).toString()
}
