import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Volume names begin with a letter, so that nothing of an app can be called so. */
const TRASH = '.trash'

/** Where volumes lie: `<app id>/<name>`, and in the trash `<app id>/.trash/<id>`. All of an app goes with its folder. */
export class VolumeFolders {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  ofApp(appId: string): string {
    return join(this.#directory, appId)
  }

  of(appId: string, name: string): string {
    return join(this.ofApp(appId), name)
  }

  inTrash(appId: string, id: string): string {
    return join(this.ofApp(appId), TRASH, id)
  }

  /** Those that are not in the trash. */
  async names(appId: string): Promise<string[]> {
    const found = await readdir(this.ofApp(appId)).catch(() => [] as string[])
    return found.filter(name => name !== TRASH)
  }

  async isThere(path: string): Promise<boolean> {
    return lstat(path).then(
      () => true,
      () => false,
    )
  }

  /** A rename within one file system: nothing is copied, and no half of it can be left. */
  async move(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true, mode: 0o711 })
    await rename(from, to)
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true })
  }
}
