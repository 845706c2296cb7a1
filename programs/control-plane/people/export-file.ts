import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface ExportReceipt {
  bytes: number
  sha256: string
  /** Entries by section. */
  counts: Record<string, number>
}

export interface ExportDocument {
  /** What comes before the sections. */
  head: Record<string, unknown>
  sections: { name: string; rows: AsyncIterable<unknown> }[]
}

/**
 * Writes a JSON document of any size row by row, beside `file` first, which is there whole or not at all. Only its
 * owner may read it.
 */
export async function writeExport(
  file: string,
  document: ExportDocument,
  signal: AbortSignal,
): Promise<ExportReceipt> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.part`
  await rm(part, { force: true })
  const receipt: ExportReceipt = { bytes: 0, sha256: '', counts: {} }
  const digest = createHash('sha256')
  const measured = async function* () {
    for await (const text of textOf(document, receipt.counts)) {
      const bytes = Buffer.from(text)
      digest.update(bytes)
      receipt.bytes += bytes.length
      yield bytes
    }
  }
  await pipeline(Readable.from(measured()), createWriteStream(part, { mode: 0o600, flags: 'wx' }), { signal })
  await sync(part)
  await rename(part, file)
  return { ...receipt, sha256: digest.digest('hex') }
}

async function* textOf(
  { head, sections }: ExportDocument,
  counts: Record<string, number>,
): AsyncIterable<string> {
  yield `${JSON.stringify(head, null, 2).slice(0, -2)}`
  for (const { name, rows } of sections) {
    yield `,\n  ${JSON.stringify(name)}: [`
    counts[name] = 0
    for await (const row of rows) yield `${counts[name]++ === 0 ? '' : ','}\n    ${JSON.stringify(row)}`
    yield counts[name] === 0 ? ']' : '\n  ]'
  }
  yield '\n}\n'
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.sync().finally(() => handle.close())
}
