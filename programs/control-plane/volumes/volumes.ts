import type { Volume } from '@seaworthy/api'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { AppRow } from '../store/schema.ts'
import { sizeOfTree } from './size-of-tree.ts'
import { VolumeFolders } from './volume-folders.ts'

export interface VolumesOptions {
  /** Holds `<app id>/<name>`. */
  directory: string
  releases: Pick<Releases, 'getById'>
}

/** What apps keep beside their database: folders that outlive instances, deployments and rollbacks. */
export class Volumes {
  readonly #options: VolumesOptions
  readonly #folders: VolumeFolders

  constructor(options: VolumesOptions) {
    this.#options = options
    this.#folders = new VolumeFolders(options.directory)
  }

  /** Those on disk, and those that the current release names, by name. */
  async list(app: AppRow): Promise<Volume[]> {
    return Promise.all(
      (await this.places(app)).map(async ({ name, path }) => ({
        name,
        path,
        sizeBytes: await sizeOfTree(this.#folders.of(app.id, name)),
      })),
    )
  }

  /** As `list`, without the sizes, which take a walk through all files. */
  async places(app: AppRow): Promise<Pick<Volume, 'name' | 'path'>[]> {
    const paths = await this.#pathsOf(app)
    const found = await this.#folders.names(app.id)
    const names = [...new Set([...found, ...Object.keys(paths)])].sort()
    return names.map(name => ({ name, path: paths[name] ?? null }))
  }

  /** Where its files lie, once an instance has mounted it; undefined when the app has no such volume. */
  async directoryOf(app: AppRow, name: string): Promise<string | undefined> {
    const found = await this.#folders.names(app.id)
    const isKnown = found.includes(name) || Object.hasOwn(await this.#pathsOf(app), name)
    return isKnown ? this.#folders.of(app.id, name) : undefined
  }

  /** For good, with what of it lies in the trash. Once the app's time in the trash is over. */
  async forget(appId: string): Promise<void> {
    await this.#folders.remove(this.#folders.ofApp(appId))
  }

  async #pathsOf({ current_release_id }: AppRow): Promise<Record<string, string>> {
    const release = current_release_id ? await this.#options.releases.getById(current_release_id) : undefined
    if (!release) return {}
    const { volumes = {} }: ReleaseSettings = JSON.parse(release.settings_json)
    return volumes
  }
}
