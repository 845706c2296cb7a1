/** What somebody chose or dropped: a folder as a list of files with their paths in it, or one archive. */
export type Dropped =
  | { kind: 'archive'; name: string; file: File }
  | { kind: 'folder'; name: string; files: readonly FolderFile[] }

export interface FolderFile {
  /** Within the folder, with `/`. */
  path: string
  file: File
}

const ARCHIVE = /\.(?:zip|tar|tgz|tar\.gz|tar\.zst)$/i

/** From `<input type=file>`, with or without `webkitdirectory`. */
export function droppedFromInput(list: FileList): Dropped | undefined {
  const files = [...list]
  const [first] = files
  if (!first) return undefined
  if (first.webkitRelativePath === '') return fromLooseFiles(files)
  const name = first.webkitRelativePath.split('/')[0]!
  const inside = files.map(file => ({ path: file.webkitRelativePath.slice(name.length + 1), file }))
  return { kind: 'folder', name, files: inside }
}

/** From a drag: one folder, one archive, or a handful of files that are a folder's contents. */
export async function droppedFromDrag(transfer: DataTransfer): Promise<Dropped | undefined> {
  // The list of items is empty once the event is over, so that all entries are taken before the first wait.
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry()).filter(entry => entry !== null)
  const [first] = entries
  if (entries.length === 1 && first!.isDirectory) {
    return { kind: 'folder', name: first!.name, files: await filesOf(first as FileSystemDirectoryEntry, '') }
  }
  if (entries.every(entry => entry.isFile)) {
    return fromLooseFiles(await Promise.all(entries.map(entry => fileOf(entry as FileSystemFileEntry))))
  }
  const files = await Promise.all(entries.map(entry => filesOfEntry(entry, '')))
  return { kind: 'folder', name: 'app', files: files.flat() }
}

/** A name for the app, made from that of the folder or archive; empty when nothing is left of it. */
export function slugFrom(name: string): string {
  return name
    .replace(ARCHIVE, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
}

function fromLooseFiles(files: readonly File[]): Dropped | undefined {
  const [first] = files
  if (!first) return undefined
  if (files.length === 1 && ARCHIVE.test(first.name))
    return { kind: 'archive', name: first.name, file: first }
  return { kind: 'folder', name: 'app', files: files.map(file => ({ path: file.name, file })) }
}

async function filesOfEntry(entry: FileSystemEntry, folder: string): Promise<FolderFile[]> {
  if (entry.isDirectory) return filesOf(entry as FileSystemDirectoryEntry, `${folder}${entry.name}/`)
  return [{ path: folder + entry.name, file: await fileOf(entry as FileSystemFileEntry) }]
}

/** These two can hold a hundred thousand files that no app needs; nobody should wait for them. */
const NEVER_READ = new Set(['.git', 'node_modules'])

async function filesOf(directory: FileSystemDirectoryEntry, folder: string): Promise<FolderFile[]> {
  const entries = (await entriesOf(directory)).filter(({ name }) => !NEVER_READ.has(name))
  return (await Promise.all(entries.map(entry => filesOfEntry(entry, folder)))).flat()
}

/** A browser hands them out in portions. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}
