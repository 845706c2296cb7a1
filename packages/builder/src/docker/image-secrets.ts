import { once } from 'node:events'
import { createGunzip } from 'node:zlib'
import type { DockerEngine } from '@seaworthy/docker'
import { Parser, type ReadEntry } from 'tar'

/** Shorter values occur by chance. */
const MIN_CHARACTERS = 8

/**
 * Looks for values of secrets in all that an image is made of: each layer, its history and its configuration.
 * Resolves with the names of those that were found, plain or in base64.
 */
export async function findSecretsInImage(
  engine: DockerEngine,
  imageId: string,
  secrets: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string[]> {
  const sought = Object.entries(secrets).flatMap(([name, value]) =>
    soughtForms(value).map(form => ({ name, form })),
  )
  if (sought.length === 0) return []
  const found = new Set<string>()
  const archive = await engine.call('read an image', () => engine.client.getImage(imageId).get())
  const readings: Promise<void>[] = []
  const parser = new Parser({
    onReadEntry: entry => void readings.push(searchEntry(entry, sought, name => found.add(name))),
  })
  const abort = () => (archive as NodeJS.ReadableStream & { destroy(): void }).destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      if (!parser.write(chunk)) await once(parser, 'drain')
    }
  } finally {
    signal.removeEventListener('abort', abort)
  }
  signal.throwIfAborted()
  parser.end()
  await Promise.all(readings)
  return [...found]
}

interface Sought {
  name: string
  form: Buffer
}

function soughtForms(value: string): Buffer[] {
  const text = value.trim()
  if (text.length < MIN_CHARACTERS) return []
  return [Buffer.from(text), Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, ''))]
}

/** Layers are plain tars in the archives of older engines, and gzipped in those of newer ones. */
async function searchEntry(entry: ReadEntry, sought: readonly Sought[], onFound: (name: string) => void) {
  const search = new StreamSearch(sought, onFound)
  let inflate: ReturnType<typeof createGunzip> | undefined
  let ended: Promise<unknown> | undefined
  let isFirst = true
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    if (isFirst && chunk[0] === 0x1f && chunk[1] === 0x8b) {
      inflate = createGunzip()
      inflate.on('data', (part: Buffer) => search.take(part))
      ended = once(inflate, 'end')
    }
    isFirst = false
    if (!inflate) search.take(chunk)
    else if (!inflate.write(chunk)) await once(inflate, 'drain')
  }
  inflate?.end()
  await ended
}

/** Each chunk is searched with the end of the one before, so that nothing hides at a cut. */
class StreamSearch {
  readonly #sought: readonly Sought[]
  readonly #onFound: (name: string) => void
  readonly #longest: number
  #tail = Buffer.alloc(0)

  constructor(sought: readonly Sought[], onFound: (name: string) => void) {
    this.#sought = sought
    this.#onFound = onFound
    this.#longest = Math.max(...sought.map(({ form }) => form.length))
  }

  take(chunk: Buffer): void {
    const text = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk])
    for (const { name, form } of this.#sought) if (text.includes(form)) this.#onFound(name)
    this.#tail = Buffer.from(text.subarray(Math.max(0, text.length - this.#longest + 1)))
  }
}
