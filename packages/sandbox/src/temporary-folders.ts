import { chown, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { folderBytes } from './folder-bytes.ts'

/** No id holds a dot. */
const HOSTS_SUFFIX = '.hosts'

/** One folder for each running command, which it sees as /tmp or as TMPDIR. */
export class TemporaryFolders {
  readonly #root: string

  constructor({ root }: { root: string }) {
    this.#root = root
  }

  path(id: string): string {
    return join(this.#root, id)
  }

  /** Beside the folder, so that the command never sees it; it goes with the folder. */
  hostsFile(id: string): string {
    return `${this.path(id)}${HOSTS_SUFFIX}`
  }

  /** An empty folder that only `userId` may enter; what an earlier command of that id left is gone. */
  async make(id: string, userId: number | undefined): Promise<void> {
    await this.remove(id)
    await mkdir(this.path(id), { recursive: true, mode: 0o700 })
    if (userId !== undefined) await chown(this.path(id), userId, userId)
  }

  /** Bytes that it takes on the disk; 0 where there is none. */
  sizeOf(id: string): Promise<number> {
    return folderBytes(this.path(id))
  }

  async remove(id: string): Promise<void> {
    await rm(this.hostsFile(id), { force: true })
    await rm(this.path(id), { recursive: true, force: true })
  }

  async ids(): Promise<string[]> {
    const names = await readdir(this.#root).catch(() => [])
    return [...new Set(names.map(name => name.replace(HOSTS_SUFFIX, '')))]
  }
}
