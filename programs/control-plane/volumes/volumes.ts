import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Volume } from '@seaworthy/api'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { AppRow } from '../store/schema.ts'

export interface VolumesOptions {
  /** Holds `<app id>/<name>`. */
  directory: string
  releases: Pick<Releases, 'getById'>
}

/** What apps keep beside their database: folders that outlive instances, deployments and rollbacks. */
export class Volumes {
  readonly #options: VolumesOptions

  constructor(options: VolumesOptions) {
    this.#options = options
  }

  /** Those on disk, and those that the current release names, by name. */
  async list(app: AppRow): Promise<Volume[]> {
    const paths = await this.#pathsOf(app)
    const folder = this.folderOf(app.id)
    const found = await readdir(folder).catch(() => [] as string[])
    const names = [...new Set([...found, ...Object.keys(paths)])].sort()
    return Promise.all(
      names.map(async name => ({
        name,
        path: paths[name] ?? null,
        sizeBytes: await sizeOfTree(join(folder, name)),
      })),
    )
  }

  /** Where its files lie, once an instance has mounted it; undefined when the app has no such volume. */
  async directoryOf(app: AppRow, name: string): Promise<string | undefined> {
    const folder = this.folderOf(app.id)
    const found = await readdir(folder).catch(() => [] as string[])
    const isKnown = found.includes(name) || Object.hasOwn(await this.#pathsOf(app), name)
    return isKnown ? join(folder, name) : undefined
  }

  folderOf(appId: string): string {
    return join(this.#options.directory, appId)
  }

  /** For good. Once the app's time in the trash is over. */
  async forget(appId: string): Promise<void> {
    await rm(this.folderOf(appId), { recursive: true, force: true })
  }

  async #pathsOf({ current_release_id }: AppRow): Promise<Record<string, string>> {
    const release = current_release_id ? await this.#options.releases.getById(current_release_id) : undefined
    if (!release) return {}
    const { volumes = {} }: ReleaseSettings = JSON.parse(release.settings_json)
    return volumes
  }
}

const BLOCK_BYTES = 512

/** Bytes on disk, without following links. What goes while it is counted counts nothing. */
async function sizeOfTree(path: string): Promise<number> {
  const stats = await lstat(path).catch(() => undefined)
  if (!stats) return 0
  const own = stats.blocks * BLOCK_BYTES
  if (!stats.isDirectory()) return own
  let sum = own
  for (const name of await readdir(path).catch(() => [])) sum += await sizeOfTree(join(path, name))
  return sum
}
