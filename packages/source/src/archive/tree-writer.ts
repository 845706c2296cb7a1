import { link, mkdir, open, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { SourceRefused } from '../errors.ts'
import { checkLinks } from '../tree/tree-links.ts'
import { shownPath } from '../tree/tree-problem.ts'
import { parseEntryName } from './entry-name.ts'
import type { UnpackMeter } from './unpack-meter.ts'

type Kind = 'folder' | 'file' | 'link'

interface Known {
  path: string
  kind: Kind
  sizeBytes: number
}

/** Files up to this size are gathered in memory and written several at a time. */
const SMALL_FILE_BYTES = 64 * 1024
const MAX_WRITES_AT_ONCE = 16

/**
 * Writes what an archive holds below one folder, which must be empty, and is the only part that does.
 *
 * Links are written last of all, after they were checked together; so no write can go through one, and none that
 * leaves the tree ever exists. No path is written twice, not even in another spelling (case, Unicode form).
 */
export class TreeWriter {
  readonly #root: string
  readonly #meter: UnpackMeter
  readonly #unwraps: boolean
  readonly #known = new Map<string, Known>()
  readonly #symbolicLinks = new Map<string, string>()
  readonly #hardLinks: { path: string; target: string }[] = []
  readonly #writes = new Set<Promise<void>>()
  #writeFailure: { error: unknown } | undefined
  #namesItsRoot = false

  /** `unwraps`: an archive with all entries below one folder gives that folder, as those of code hosts need it. */
  constructor({ root, meter, unwraps }: { root: string; meter: UnpackMeter; unwraps: boolean }) {
    this.#root = root
    this.#meter = meter
    this.#unwraps = unwraps
  }

  async addFolder(name: string): Promise<void> {
    await this.#claim(name, 'folder')
  }

  /** Reads `content` to its end, counting what really comes. */
  async addFile(
    name: string,
    { executable }: { executable: boolean },
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const known = await this.#claim(name, 'file')
    const target = join(this.#root, known.path)
    const mode = executable ? 0o755 : 0o644
    const iterator = this.#counted(known, content)
    const head: Uint8Array[] = []
    for (let gathered = 0; gathered <= SMALL_FILE_BYTES; ) {
      const { value, done } = await iterator.next()
      if (done) return await this.#writeSoon(target, Buffer.concat(head), mode)
      gathered += value.length
      head.push(value)
    }
    await writeStream(target, mode, head, iterator)
  }

  /** Takes note of a symbolic link; it is checked and written by `finish`. */
  async addSymbolicLink(name: string, target: string): Promise<void> {
    if (target === '' || target.includes('\0')) throw invalidLink(name)
    const { path } = await this.#claim(name, 'link')
    this.#symbolicLinks.set(path, target)
  }

  /** A second name of a file that came before. Its bytes count again: whoever copies the tree has them twice. */
  async addHardLink(name: string, targetName: string): Promise<void> {
    const target = this.#known.get(spelling(parseEntryName(targetName).join('/')))
    if (target?.kind !== 'file') throw invalidLink(name)
    this.#meter.addFileBytes(target.sizeBytes)
    const known = await this.#claim(name, 'file')
    known.sizeBytes = target.sizeBytes
    this.#hardLinks.push({ path: known.path, target: target.path })
  }

  /** Writes the links, and returns the absolute path of the finished tree. */
  async finish(): Promise<string> {
    await this.settle()
    if (this.#writeFailure !== undefined) throw this.#writeFailure.error
    if (this.#known.size === 0) throw emptyArchive()
    const top = this.#topFolder()
    checkLinks(top === '' ? this.#symbolicLinks : this.#linksFrom(top))
    for (const { path, target } of this.#hardLinks)
      await link(join(this.#root, target), join(this.#root, path))
    for (const [path, target] of this.#symbolicLinks) await symlink(target, join(this.#root, path))
    return join(this.#root, top)
  }

  /** Resolves once no write is under way any more, so that the folder can be removed. */
  async settle(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes)
  }

  /** Claims a path and makes the folders that lead to it. */
  async #claim(name: string, kind: Kind): Promise<Known> {
    if (this.#writeFailure !== undefined) throw this.#writeFailure.error
    const path = parseEntryName(name).join('/')
    if (path === '' || name.startsWith('./')) this.#namesItsRoot = true
    if (kind === 'folder') return await this.#ensureFolder(path)
    if (path === '') throw conflict(name)
    await this.#ensureFolder(parentOf(path))
    const before = this.#known.get(spelling(path))
    if (before !== undefined) throw before.kind === kind ? duplicate(path, before.path) : conflict(path)
    return this.#add(path, kind)
  }

  /** Implied folders count as entries too: each takes room on the disk. */
  async #ensureFolder(path: string): Promise<Known> {
    if (path === '') return { path, kind: 'folder', sizeBytes: 0 }
    const before = this.#known.get(spelling(path))
    if (before?.kind === 'folder' && before.path === path) return before
    if (before !== undefined) throw before.path === path ? conflict(path) : duplicate(path, before.path)
    await this.#ensureFolder(parentOf(path))
    const known = this.#add(path, 'folder')
    await mkdir(join(this.#root, path))
    return known
  }

  #add(path: string, kind: Kind): Known {
    this.#meter.addEntry()
    const known: Known = { path, kind, sizeBytes: 0 }
    this.#known.set(spelling(path), known)
    return known
  }

  async *#counted(known: Known, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
    for await (const chunk of content) {
      this.#meter.addFileBytes(chunk.length)
      known.sizeBytes += chunk.length
      yield chunk
    }
    return undefined
  }

  async #writeSoon(target: string, content: Buffer, mode: number): Promise<void> {
    const write = writeFile(target, content, { flag: 'wx', mode })
      .catch(error => {
        this.#writeFailure ??= { error }
      })
      .finally(() => this.#writes.delete(write))
    this.#writes.add(write)
    if (this.#writes.size >= MAX_WRITES_AT_ONCE) await Promise.race(this.#writes)
  }

  /** The one folder that holds all else, or ''. An archive that names its own root (`./…`) means it. */
  #topFolder(): string {
    const tops = [...this.#known.values()].filter(known => !known.path.includes('/'))
    const [top] = tops
    return this.#unwraps && !this.#namesItsRoot && tops.length === 1 && top?.kind === 'folder' ? top.path : ''
  }

  #linksFrom(top: string): Map<string, string> {
    return new Map([...this.#symbolicLinks].map(([path, target]) => [relative(top, path), target]))
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Equal for names that some file system takes for one: differing in case or in Unicode form only. */
function spelling(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

async function writeStream(
  target: string,
  mode: number,
  head: Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(target, 'wx', mode)
  try {
    for (const chunk of head) await file.writeFile(chunk)
    for await (const chunk of rest) await file.writeFile(chunk)
  } finally {
    await file.close()
  }
}

function duplicate(path: string, before: string): SourceRefused {
  const what =
    path === before ? 'is in the archive twice' : `and ${shownPath(before)} differ only in spelling`
  return new SourceRefused(
    'entry_duplicate',
    `The entry ${shownPath(path)} ${what}, so one would overwrite the other. Remove or rename one and pack it again.`,
  )
}

function conflict(path: string): SourceRefused {
  return new SourceRefused(
    'path_conflict',
    `The entry ${shownPath(path)} is in the archive both as a folder and as a file or link. Pack the folder again.`,
  )
}

function invalidLink(name: string): SourceRefused {
  return new SourceRefused(
    'link_outside',
    `The link ${shownPath(name)} points to nothing in the archive. Replace it with the file itself and pack it again.`,
  )
}

function emptyArchive(): SourceRefused {
  return new SourceRefused(
    'archive_empty',
    'There is no file in it. Check that you sent the right folder or archive.',
  )
}
