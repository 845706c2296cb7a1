import { mkdir, rm } from 'node:fs/promises'
import { runProgram } from './run-program.ts'

/** A tree could not be copied; `isDiskFull` tells the one reason that a user can do something about. */
export class CopyFailed extends Error {
  readonly isDiskFull: boolean

  constructor(from: string, output: string) {
    super(`Copying ${from} failed: ${output.trim().split('\n').at(-1)}`)
    this.name = 'CopyFailed'
    this.isDiskFull = /no space left on device|disk quota exceeded/i.test(output)
  }
}

/**
 * Copies a folder's contents into a folder that exists: links stay links, owners, modes and hard links stay; blocks are
 * shared where the file system can (reflink). cp(1) is three times as fast as copying from JavaScript, and its own
 * process: a large tree does not hold up the platform.
 */
export async function copyTree(
  from: string,
  to: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const options = process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-a']
  await run('cp', [...options, '--', `${from}/.`, to], from, signal)
}

/**
 * Like `copyTree`, but files become further names of the same files: as fast for large files as for small ones, and a
 * hundred releases take the room of one. Only for trees that nobody will write to. Copies where links are not possible.
 */
export async function linkTree(
  from: string,
  to: string,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  // -l of cp(1) is GNU's and BSD's; it fails between file systems and at 65,000 names of one file.
  await run('cp', ['-al', '--', `${from}/.`, to], from, options.signal).catch(async (error: unknown) => {
    options.signal?.throwIfAborted()
    if (!(error instanceof CopyFailed) || error.isDiskFull) throw error
    await removeTree(to)
    await mkdir(to)
    await copyTree(from, to, options)
  })
}

/** Sources are kept read-only; a build may change its copy. */
export async function makeWritable(
  directory: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  await run('chmod', ['-R', 'u+rwX,go+rX', '--', directory], directory, signal)
}

/** Makes the platform the owner of what an app's user has made. */
export async function takeOwnership(directory: string): Promise<void> {
  await run('chown', ['-RhP', `${process.getuid!()}:${process.getgid!()}`, '--', directory], directory)
}

/** Removes a folder that an app may have filled: follows no link. Nothing there is not an error. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
}

async function run(file: string, args: string[], from: string, signal?: AbortSignal): Promise<void> {
  const { code, stderr } = await runProgram(file, args, {
    signal,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  if (code !== 0) throw new CopyFailed(from, stderr)
}
