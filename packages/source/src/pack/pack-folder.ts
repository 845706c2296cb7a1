import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { create } from 'tar'
import { checkLinks } from '../tree/tree-links.ts'
import { IgnoreRules } from './ignore-rules.ts'

export interface PackedFolder {
  /** A .tar.gz. Fails if a file vanishes or shrinks meanwhile. */
  stream: Readable
  /** Files and links in it. */
  files: number
  /** Of the files, unpacked. */
  totalBytes: number
}

/**
 * Packs a folder for the upload: all but `.git`, `node_modules`, what `.gitignore` and `.dockerignore` leave out, and
 * sockets, pipes and devices. Rejects with a `TreeProblem` for a link that leads out of the folder (the platform
 * would refuse it), and with the system's error if the folder cannot be read.
 */
export async function packFolder(directory: string): Promise<PackedFolder> {
  const listing: Listing = { root: resolve(directory), paths: [], links: new Map(), files: 0, totalBytes: 0 }
  await listFolder(listing, '', await IgnoreRules.read(listing.root))
  checkLinks(listing.links)
  return { stream: startPacking(listing), files: listing.files, totalBytes: listing.totalBytes }
}

interface Listing {
  root: string
  /** Relative, sorted within each folder; a folder comes before what it holds. */
  paths: string[]
  links: Map<string, string>
  files: number
  totalBytes: number
}

async function listFolder(listing: Listing, folder: string, rules: IgnoreRules): Promise<void> {
  const entries = await readdir(join(listing.root, folder), { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1)) // the same archive from every machine
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    const verdict = rules.judge(path, entry.isDirectory())
    if (verdict === 'in') await addEntry(listing, path)
    if (entry.isDirectory() && verdict !== 'out') {
      await listFolder(listing, path, await rules.enter(listing.root, path))
    }
  }
}

async function addEntry(listing: Listing, path: string): Promise<void> {
  const absolute = join(listing.root, path)
  const stats = await lstat(absolute)
  if (stats.isSymbolicLink()) listing.links.set(path, await readlink(absolute))
  else if (!stats.isFile() && !stats.isDirectory()) return
  // `./` says that the archive's root is the app's root, even where all lies in one folder.
  listing.paths.push(`./${path}`)
  if (stats.isDirectory()) return
  listing.files += 1
  if (stats.isFile()) listing.totalBytes += stats.size
}

function startPacking({ root, paths }: Listing): Readable {
  // Without owners and times; they do not count, and are nobody's business.
  const pack = create({ cwd: root, portable: true, noMtime: true, noDirRecurse: true, preservePaths: true }, [
    './',
    ...paths,
  ])
  const gzip = createGzip()
  return pipeline(Readable.from(pack), gzip, () => {}) // a failure reaches whoever reads the stream
}
