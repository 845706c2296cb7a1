import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { expect } from 'vitest'
import { createSourceStore, type SourceStoreOptions } from '../src/index.ts'

/** A store in a folder of its own, removed when the test ends. */
export function makeStore(options: Partial<SourceStoreOptions> = {}) {
  const directory = join(temporaryFolder().path, 'sources')
  const store = createSourceStore({ directory, log: silentLogger, sweepGraceMs: 0, ...options })
  return { store, directory }
}

/** All that lies in a store, temporary folders included, by relative path; [] when nothing is left behind. */
export function leftovers(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true })
      .map(String)
      .filter(path => path !== 'tmp')
  } catch {
    return []
  }
}

export async function* streamOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** Content by path: text is a file, `-> target` a link, `x:text` an executable, `null` a folder. */
export type TreeContent = Record<string, string | null>

export function writeTree(root: string, content: TreeContent): string {
  for (const [path, text] of Object.entries(content)) {
    const absolute = join(root, path)
    mkdirSync(text === null ? absolute : dirname(absolute), { recursive: true })
    if (text === null) continue
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), absolute)
    else writeFileSync(absolute, text.replace(/^x:/, ''))
    if (text.startsWith('x:')) chmodSync(absolute, 0o755)
  }
  return root
}

/** The same notation, read back. */
export function readTree(root: string): TreeContent {
  const paths = readdirSync(root, { recursive: true }).map(String).sort()
  return Object.fromEntries(paths.map(path => [path, readEntry(join(root, path))]))
}

function readEntry(path: string): string | null {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(path)}`
  if (stats.isDirectory()) return null
  return (stats.mode & 0o100 ? 'x:' : '') + readFileSync(path, 'utf8')
}

/** The error that an archive is refused with; fails when it is taken, or anything is left of it. */
export async function refusal(archive: Uint8Array, options = {}) {
  const { store, directory } = makeStore(options)
  const error = await store.fromArchive(streamOf(archive)).then(
    source => Promise.reject(new Error(`taken: ${JSON.stringify(readTree(source.path))}`)),
    caught => caught,
  )
  expect(leftovers(directory)).toEqual([])
  return error
}

/** The archive with one byte changed. */
export function corrupt(archive: Buffer, position: number): Buffer {
  const copy = Buffer.from(archive)
  copy[position] = (copy[position] ?? 0) ^ 0x55
  return copy
}
