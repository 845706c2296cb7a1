import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Gives the disk space of a file's first `length` bytes back while others go on appending to it; its length and the
 * rest stay as they are. Node has no call for this, so util-linux's `fallocate` makes it. False where that command
 * or the file system cannot (not Linux, or NFS for example).
 */
export async function punchHole(path: string, length: number): Promise<boolean> {
  const args = ['--punch-hole', '--offset', '0', '--length', String(length), '--', path]
  const child = spawn('fallocate', args, { stdio: 'ignore' })
  const [code] = await once(child, 'exit').catch(() => [1])
  return code === 0
}
