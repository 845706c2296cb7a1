import { randomBytes } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createMasterKey, KeyRingError, type KeyRingOptions, type MasterKey } from './keyring.ts'

/**
 * Reads the master keys from a file, and makes the file with one fresh key when there is none.
 * Lines are `<id> <base64 key>`, the first is the primary. Refuses a file that others may read or that another
 * user owns. Programs that start at the same moment end up with the same key.
 */
export async function loadOrCreateKeyFile(path: string): Promise<KeyRingOptions> {
  const existing = await loadKeyFile(path)
  if (existing) return existing
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeOnce(path, [createMasterKey()])
  const created = await loadKeyFile(path)
  if (created) return created
  throw new KeyRingError('key_invalid', `The key file ${path} vanished right after it was made.`)
}

/**
 * Puts a key on top, which seals from now on; the older ones still open. Then `reseal` what is stored. Does nothing
 * when the key is in the file already, so that a rotation which was cut off can simply do it again.
 */
export async function addToKeyFile(
  path: string,
  key: MasterKey = createMasterKey(),
): Promise<KeyRingOptions> {
  const { keys } = await loadOrCreateKeyFile(path)
  return keys.some(({ id }) => id === key.id) ? toOptions(keys, path) : replaceKeyFile(path, [key, ...keys])
}

/** Takes out the keys that nothing is sealed with any more. The primary stays; unknown ids are no error. */
export async function removeFromKeyFile(path: string, ids: readonly string[]): Promise<KeyRingOptions> {
  const { keys, primary } = await loadOrCreateKeyFile(path)
  return replaceKeyFile(
    path,
    keys.filter(({ id }) => id === primary || !ids.includes(id)),
  )
}

/** What the file holds; undefined when there is none. Refuses what `loadOrCreateKeyFile` refuses. */
export async function loadKeyFile(path: string): Promise<KeyRingOptions | undefined> {
  const file = await openIfThere(path)
  if (!file) return undefined
  try {
    await checkPrivate(file, path)
    return toOptions(parseKeys(await file.readFile('utf8'), path), path)
  } finally {
    await file.close()
  }
}

/** The whole file or the one before: a power cut never leaves a half. */
async function replaceKeyFile(path: string, keys: MasterKey[]): Promise<KeyRingOptions> {
  const temporary = await writeTemporary(path, keys)
  await rename(temporary, path)
  await removeTemporaries(path)
  await syncFolder(dirname(path))
  return toOptions(keys, path)
}

/** Those of a process that was killed while it wrote: they hold keys. */
async function removeTemporaries(path: string): Promise<void> {
  const beside = await readdir(dirname(path))
  const left = beside.filter(name => name.startsWith(`${basename(path)}.`) && /\.[0-9a-f]{12}$/.test(name))
  await Promise.all(left.map(name => rm(join(dirname(path), name), { force: true })))
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function checkPrivate(file: FileHandle, path: string): Promise<void> {
  if (process.platform === 'win32') return // no POSIX modes
  const { mode, uid } = await file.stat()
  const us = process.getuid?.()
  if (uid !== us && uid !== 0) {
    throw new KeyRingError(
      'key_invalid',
      `The key file ${path} belongs to another user. Give it to the user that runs this.`,
    )
  }
  if ((mode & 0o077) !== 0) {
    throw new KeyRingError('key_invalid', `Others may read the key file ${path}. Run: chmod 600 ${path}`)
  }
}

function parseKeys(text: string, path: string): MasterKey[] {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return lines.map((line, index) => {
    const [, id, key] = /^([\w-]+) ([\w+/]+=*)\s*$/.exec(line) ?? []
    if (id === undefined || key === undefined) {
      throw new KeyRingError(
        'key_invalid',
        `Line ${index + 1} of the key file ${path} is not '<id> <base64 key>'.`,
      )
    }
    return { id, key }
  })
}

function toOptions(keys: MasterKey[], path: string): KeyRingOptions {
  const [primary] = keys
  if (!primary)
    throw new KeyRingError('key_invalid', `The key file ${path} is empty. Restore it from a backup.`)
  return { keys, primary: primary.id }
}

/** Link, unlike rename, never replaces a file that another process made in the meantime. */
async function writeOnce(path: string, keys: MasterKey[]): Promise<void> {
  const temporary = await writeTemporary(path, keys)
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(temporary)
  }
  await syncFolder(dirname(path))
}

async function writeTemporary(path: string, keys: MasterKey[]): Promise<string> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(keys.map(({ id, key }) => `${id} ${key}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
  return temporary
}

/** Without it a power cut could lose the file's name, and with it every secret. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
