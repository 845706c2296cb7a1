import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Sandbox } from '@seaworthy/sandbox'
import { copyTree, makeWritable, removeTree } from '../copy-tree.ts'
import { BUILD_DOWNLOADS, BUILD_HOME, type BuildFolders } from './build-folders.ts'
import type { DependencyCache } from './dependency-cache.ts'

/** Where build tools keep what makes the next build faster. https://nextjs.org/docs/messages/no-cache */
const BUILD_CACHES = ['.next/cache']

interface WorkplaceOptions {
  folders: BuildFolders
  sandbox: Sandbox
  cache: DependencyCache
  app: { id: string; userNumber: number }
}

/**
 * The work tree of one build, and the private folders in it. Between commands only, when no process of the app runs,
 * and only by names directly in the tree: see `BUILD_HOME`.
 */
export class BuildWorkplace {
  readonly folders: BuildFolders
  readonly #sandbox: Sandbox
  readonly #cache: DependencyCache
  readonly #app: { id: string; userNumber: number }
  #isOwnedByApp = false

  constructor({ folders, sandbox, cache, app }: WorkplaceOptions) {
    this.folders = folders
    this.#sandbox = sandbox
    this.#cache = cache
    this.#app = app
  }

  async copySource(directory: string, signal: AbortSignal): Promise<void> {
    await copyTree(directory, this.folders.tree, { signal })
    await makeWritable(this.folders.tree, { signal })
  }

  /** Before the first command; a build that runs none needs none of this. */
  async openToCommands(): Promise<void> {
    if (this.#isOwnedByApp) return
    this.#isOwnedByApp = true
    await this.#placeHome({})
    await this.#sandbox.prepareWorkTree(this.folders.tree, this.#app.userNumber)
  }

  /** Gives commands the registry settings and the app's download cache while `action` runs. */
  async withDownloads<Result>(
    homeFiles: Record<string, string>,
    action: () => Promise<Result>,
  ): Promise<Result> {
    await this.openToCommands()
    await this.#placeHome(homeFiles)
    const downloads = join(this.folders.tree, BUILD_DOWNLOADS)
    await removeTree(downloads)
    await this.#cache.takeDownloads(this.#app.id, downloads)
    await this.#sandbox.prepareWorkTree(downloads, this.#app.userNumber)
    try {
      return await action()
    } finally {
      await this.#cache.giveBackDownloads(this.#app.id, downloads)
      await this.#placeHome({})
    }
  }

  /**
   * Lends the build what build tools kept of the app's last build, and takes it back: they use it to build faster, and
   * a release has no need of it. Not kept when the build fails.
   */
  async withBuildCaches<Result>(action: () => Promise<Result>): Promise<Result> {
    for (const folder of BUILD_CACHES) await this.#lendBuildCache(folder)
    const result = await action()
    for (const folder of BUILD_CACHES)
      await this.#cache.keepBuildCache(this.#app.id, folder, this.folders.tree)
    return result
  }

  async #lendBuildCache(folder: string): Promise<void> {
    const isLent = await this.#cache.lendBuildCache(this.#app.id, folder, this.folders.tree)
    if (isLent)
      await this.#sandbox.prepareWorkTree(join(this.folders.tree, dirname(folder)), this.#app.userNumber)
  }

  /** What only the build needed goes. */
  async close(): Promise<void> {
    await removeTree(join(this.folders.tree, BUILD_HOME))
    await removeTree(join(this.folders.tree, BUILD_DOWNLOADS))
  }

  async #placeHome(files: Record<string, string>): Promise<void> {
    const staging = this.folders.staging
    await removeTree(staging)
    await mkdir(staging, { mode: 0o700 })
    for (const [name, text] of Object.entries(files))
      await writeFile(join(staging, name), text, { mode: 0o600 })
    await this.#sandbox.prepareWorkTree(staging, this.#app.userNumber)
    await removeTree(join(this.folders.tree, BUILD_HOME))
    await rename(staging, join(this.folders.tree, BUILD_HOME))
  }
}
