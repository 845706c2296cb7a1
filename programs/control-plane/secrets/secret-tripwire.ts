import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { defineErrors } from '@seaworthy/kit'
import { createRedactor, type Redactor } from '@seaworthy/telemetry'

export interface BakedSecret {
  /** The name of the variable. */
  key: string
  /** Relative to the artifact. */
  file: string
}

export interface TripwireOptions {
  /** The finished tree. */
  directory: string
  /** Values by name. */
  secrets: Readonly<Record<string, string>>
  /** The folder that is served as it is, relative to the tree, for an app of static files. */
  publicRoot?: string | undefined
  /** Told of each secret that was found where not everybody can read it. */
  warn: (text: string) => void
  signal: AbortSignal
}

export const tripwireErrors = defineErrors({
  secret_in_public_files: {
    status: 422,
    message:
      'The build wrote the secret {key} into {file}, which everybody can read once it is live. Build without it. If it ' +
      'is meant to be public, it is no secret: seaworthy env set {key}=… --plain',
  },
})

/** Shorter values occur by chance, and a refusal needs more certainty than a blank in a log. */
const MIN_CHARACTERS = 8
const MIN_LINE_CHARACTERS = 16
/** Installed, not built: nobody writes an app's secrets there, and it is most of the bytes. */
const SKIPPED_FOLDERS = new Set(['node_modules', '.git'])
const CHUNK_BYTES = 1_048_576
const MAX_TOLD = 20

/**
 * Looks for the values of secrets in what a build made, plain, in base64, JSON, URLs and hex. Rejects with
 * `secret_in_public_files` where a secret would be served to everybody; elsewhere it is only told.
 */
export async function checkForBakedSecrets(options: TripwireOptions): Promise<void> {
  const { directory, publicRoot, warn } = options
  const publicFolder = publicRoot === undefined ? undefined : join(directory, publicRoot)
  if (publicFolder !== undefined) {
    const [baked] = await findBakedSecrets(options, filesIn(publicFolder))
    if (baked) throw tripwireErrors.secret_in_public_files({ ...baked })
  }
  const isSkipped = (folder: string) => folder === publicFolder || SKIPPED_FOLDERS.has(basename(folder))
  const found = await findBakedSecrets(options, filesIn(directory, isSkipped))
  for (const { key, file } of found.slice(0, MAX_TOLD))
    warn(
      `warning: the build wrote the secret ${key} into ${file}. If that file is served, everybody can read it.`,
    )
  if (found.length > MAX_TOLD) warn(`warning: … and into ${found.length - MAX_TOLD} more files.`)
}

/** Each secret once for each file. */
async function findBakedSecrets(
  { directory, secrets, signal }: TripwireOptions,
  files: AsyncIterable<string>,
): Promise<BakedSecret[]> {
  const detectors = Object.entries(secrets).map(([key, value]) => ({ key, values: soughtValues(value) }))
  const all = createRedactor(detectors.flatMap(({ values }) => values))
  const found: BakedSecret[] = []
  if (all.longestBytes === 0) return found
  for await (const path of files) {
    signal.throwIfAborted()
    if (!(await holdsAny(path, all))) continue
    for (const { key, values } of detectors) {
      const file = relative(directory, path)
      if (await holdsAny(path, createRedactor(values))) found.push({ key, file })
    }
  }
  return found
}

/** Of a key file every long line, but not the headers, which are the same in all of them and in many libraries. */
function soughtValues(value: string): string[] {
  if (!/[\r\n]/.test(value.trim())) return value.trim().length < MIN_CHARACTERS ? [] : [value.trim()]
  const lines = value.split(/[\r\n]+/).map(line => line.trim())
  const telling = lines.filter(line => line.length >= MIN_LINE_CHARACTERS && !line.startsWith('-----'))
  return [...telling, Buffer.from(value).toString('base64')]
}

/** Links are not followed: what they point to is in the tree as well, or is not served. */
async function* filesIn(
  directory: string,
  isSkipped: (folder: string) => boolean = () => false,
): AsyncGenerator<string> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(missingIsEmpty)
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory() && !isSkipped(path)) yield* filesIn(path, isSkipped)
    else if (entry.isFile()) yield path
  }
}

function missingIsEmpty(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}

async function holdsAny(path: string, redactor: Redactor): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    return await readsAny(file, redactor)
  } finally {
    await file.close()
  }
}

/** Each chunk begins with the end of the one before, so that nothing hides at a cut. */
async function readsAny(file: FileHandle, redactor: Redactor): Promise<boolean> {
  const { size } = await file.stat()
  const buffer = Buffer.allocUnsafe(Math.min(size, CHUNK_BYTES) + redactor.longestBytes)
  let kept = 0
  for (let position = 0; position < size; ) {
    const { bytesRead } = await file.read(buffer, kept, buffer.length - kept, position)
    if (bytesRead === 0) return false
    const chunk = buffer.subarray(0, kept + bytesRead)
    if (redactor.find(chunk).length > 0) return true
    position += bytesRead
    kept = Math.min(chunk.length, redactor.longestBytes - 1)
    chunk.copyWithin(0, chunk.length - kept)
  }
  return false
}
