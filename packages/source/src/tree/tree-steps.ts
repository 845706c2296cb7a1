import { createHash, hash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs'
import { checkLinks } from './tree-links.ts'
import { shownPath, TreeProblem } from './tree-problem.ts'

export interface TreeModes {
  file: number
  executable: number
  directory: number
}

export interface TreeOptions {
  /** Sets these modes (setuid and its like are gone with it) and, for root, makes root the owner, before reading. */
  modes?: TreeModes
  maxEntries?: number
  maxBytes?: number
}

export interface TreeSummary {
  /** `sha256:<64 hex>` */
  digest: string
  sizeBytes: number
  /** Files, folders and links, without the root. */
  entries: number
}

/**
 * Reads a tree in small steps, so that the caller may pause between them, and returns its summary.
 *
 * The digest is over all entries sorted by path: kind, path, and the content's SHA-256 or the link's target, each
 * ended by NUL, which no path holds. A file's x bit is part of its kind. Times, owners and other modes do not count.
 *
 * File operations are synchronous: for many small files they take half the time of asynchronous ones.
 */
export function* treeSteps(root: string, options: TreeOptions = {}): Generator<void, TreeSummary> {
  const tree: Tree = { root, options, files: [], folders: [], links: new Map(), sizeBytes: 0 }
  setModes(root, lstatSync(root), options.modes)
  yield* listFolder(tree, '')
  checkLinks(tree.links)
  const lines = tree.folders.map((path): Line => [path, `d\0${path}\0`])
  for (const [path, target] of tree.links) lines.push([path, `l\0${path}\0${target}\0`])
  for (const file of tree.files) {
    const content = yield* hashFile(`${root}/${file.path}`)
    lines.push([file.path, `${file.executable ? 'x' : 'f'}\0${file.path}\0${content}\0`])
  }
  return { digest: digestOf(lines), sizeBytes: tree.sizeBytes, entries: lines.length }
}

type Line = [path: string, line: string]

interface Tree {
  root: string
  options: TreeOptions
  files: { path: string; executable: boolean }[]
  folders: string[]
  links: Map<string, string>
  sizeBytes: number
}

function digestOf(lines: Line[]): string {
  lines.sort(([a], [b]) => (a < b ? -1 : 1)) // by UTF-16 code units: the same on every machine, whatever its locale
  const sum = createHash('sha256')
  for (const [, line] of lines) sum.update(line)
  return `sha256:${sum.digest('hex')}`
}

function* listFolder(tree: Tree, folder: string): Generator<void, void> {
  const names = readdirSync(folder === '' ? tree.root : `${tree.root}/${folder}`)
  for (const name of names) {
    const path = folder === '' ? name : `${folder}/${name}`
    const isFolder = addEntry(tree, path)
    checkLimits(tree)
    if (isFolder) yield* listFolder(tree, path)
  }
  yield
}

/** Whether the entry is a folder that is still to be listed. */
function addEntry(tree: Tree, path: string): boolean {
  checkName(path)
  const absolute = `${tree.root}/${path}`
  const stats = lstatSync(absolute)
  setModes(absolute, stats, tree.options.modes)
  if (stats.isFile()) {
    tree.files.push({ path, executable: (stats.mode & 0o100) !== 0 })
    tree.sizeBytes += stats.size
  } else if (stats.isDirectory()) {
    tree.folders.push(path)
  } else if (stats.isSymbolicLink()) {
    tree.links.set(path, readlinkSync(absolute))
  } else {
    throw specialFile(path)
  }
  return stats.isDirectory()
}

/** Node decodes names as UTF-8; where one was not, it holds the replacement character and cannot be opened. */
function checkName(path: string): void {
  if (!path.includes('\ufffd')) return
  throw new TreeProblem('name_invalid', `The name ${shownPath(path)} is not valid UTF-8. Rename the file.`)
}

export function specialFile(path: string): TreeProblem {
  return new TreeProblem(
    'special_file',
    `${shownPath(path)} is a device, pipe or socket, which cannot be deployed. Remove it and deploy again.`,
  )
}

function checkLimits({ files, folders, links, sizeBytes, options }: Tree): void {
  const { maxEntries = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = options
  if (files.length + folders.length + links.size > maxEntries) throw tooManyEntries(maxEntries)
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
}

export function tooManyEntries(maxEntries: number): TreeProblem {
  return new TreeProblem(
    'too_many_entries',
    `There are more than ${maxEntries} files and folders in it. Leave out what the build makes or downloads by itself ` +
      '(node_modules, caches), for example with a .gitignore.',
  )
}

export function tooLarge(maxBytes: number): TreeProblem {
  return new TreeProblem(
    'too_large',
    `Unpacked it is larger than the ${Math.floor(maxBytes / 1024 / 1024)} MB that this server takes. Leave out large ` +
      'files, or have the limit raised.',
  )
}

function setModes(path: string, stats: Stats, modes: TreeModes | undefined): void {
  if (modes === undefined) return
  const isRoot = process.getuid?.() === 0
  if (isRoot && (stats.uid !== 0 || stats.gid !== 0)) lchownSync(path, 0, 0)
  const wanted = stats.isDirectory() ? modes.directory : stats.mode & 0o100 ? modes.executable : modes.file
  if ((stats.isFile() || stats.isDirectory()) && (stats.mode & 0o7777) !== wanted) chmodSync(path, wanted)
}

/** One for the thread: nothing else runs between a read and the use of what was read. */
const buffer = Buffer.allocUnsafeSlow(1024 * 1024)

function* hashFile(path: string): Generator<void, string> {
  const fd = openSync(path, 'r')
  try {
    let length = readSync(fd, buffer)
    // One call for all that fits: twice as fast as a stream of hashing for the small files that most are.
    if (length < buffer.length) return yield* pausing(hash('sha256', buffer.subarray(0, length), 'hex'))
    const sum = createHash('sha256')
    for (; length > 0; length = readSync(fd, buffer)) {
      sum.update(buffer.subarray(0, length))
      yield
    }
    return sum.digest('hex')
  } finally {
    closeSync(fd)
  }
}

function* pausing<Value>(value: Value): Generator<void, Value> {
  yield
  return value
}
