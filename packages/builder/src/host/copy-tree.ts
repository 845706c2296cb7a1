import { runProgram } from '../run-program.ts'

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

/** Sources are kept read-only; a build may change its copy. */
export async function makeWritable(
  directory: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  await run('chmod', ['-R', 'u+rwX,go+rX', '--', directory], directory, signal)
}

async function run(file: string, args: string[], from: string, signal?: AbortSignal): Promise<void> {
  const { code, stderr } = await runProgram(file, args, {
    signal,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  if (code !== 0) throw new CopyFailed(from, stderr)
}
