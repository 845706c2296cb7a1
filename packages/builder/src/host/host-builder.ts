import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { pathsInside, type Sandbox } from '@seaworthy/sandbox'
import { DEFAULT_MAX_BYTES } from '../build-strain.ts'
import type { AppRuntime, Builder, BuildSpec, TreeResult } from '../builder.ts'
import { removeTree } from '../copy-tree.ts'
import type { Leftover } from '../leftovers.ts'
import type { Toolchains } from '../toolchains/toolchains.ts'
import { pathOf, pythonEnv } from './build-env.ts'
import { foldersOf } from './build-folders.ts'
import { DependencyCache, type UnusedRules } from './dependency-cache.ts'
import { HostBuild } from './host-build.ts'
import { type RegistrySettings, readRegistrySettings } from './registry-settings.ts'

export interface HostBuilderOptions {
  /** Starts the commands of builds. Its `toolchainsDirectory` must be `toolchains.directory`. */
  sandbox: Sandbox
  toolchains: Toolchains
  /** For work trees and finished trees. On the file system of the artifact store, so that it can take results by renaming. */
  buildsDirectory: string
  /** For installed dependencies and download caches. On the same file system too. */
  cacheDirectory: string
  /** Of the whole cache; 5 GB unless told. */
  maxCacheBytes?: number
  /** Of all that one build has on the disk; 10 GB unless told. */
  maxBuildBytes?: number
  /** Whether builds may use the registry credentials of this host's npmrc; true unless told. */
  shareRegistryCredentials?: boolean
  log: Logger
}

export interface HostBuilder extends Builder {
  build(spec: BuildSpec): Promise<TreeResult>
  /** Removes what earlier runs of the platform left: work trees, and finished trees that nobody took. Call it at start. */
  sweep(): Promise<void>
  /** What of the dependency cache nobody needs: apps that are gone, and what was not used for 14 days. */
  leftovers(facts: HostLeftoverFacts): Promise<Leftover[]>
  removeLeftovers(facts: HostLeftoverFacts): Promise<void>
  /** Removes the caches of a deleted app. */
  forgetApp(appId: string): Promise<void>
}

export interface HostLeftoverFacts {
  isKnownApp(appId: string): boolean
}

const UNUSED_AFTER_MS = 14 * 86_400_000
const DEFAULT_MAX_CACHE_BYTES = 5 * 1024 ** 3
const REGISTRY_SETTINGS_AGE_MS = 60_000

/** Builds on this host, in its sandbox. */
export function createHostBuilder(options: HostBuilderOptions): HostBuilder {
  return new SandboxedHostBuilder(options)
}

class SandboxedHostBuilder implements HostBuilder {
  readonly kind = 'host'
  readonly #options: HostBuilderOptions
  readonly #cache: DependencyCache
  readonly #log: Logger
  /** Ids of builds under way here. */
  readonly #active = new Map<string, { appId: string }>()
  #settings: { value: Promise<RegistrySettings>; readMs: number } | undefined

  constructor(options: HostBuilderOptions) {
    this.#options = options
    this.#log = options.log.child({ part: 'builder' })
    this.#cache = new DependencyCache({
      directory: options.cacheDirectory,
      maxBytes: options.maxCacheBytes ?? DEFAULT_MAX_CACHE_BYTES,
      hasUsers: options.sandbox.powers.users,
      log: this.#log,
    })
  }

  async build(spec: BuildSpec): Promise<TreeResult> {
    ensurePlainName(spec.id)
    ensurePlainName(spec.app.id)
    if (this.#active.has(spec.id)) throw new Error(`Build ${spec.id} is under way already.`)
    this.#active.set(spec.id, { appId: spec.app.id })
    try {
      return await this.#run(spec)
    } finally {
      this.#active.delete(spec.id)
    }
  }

  async runtimeEnv(runtime: AppRuntime): Promise<Record<string, string>> {
    if (runtime.kind === 'static') return {}
    await this.#options.toolchains.ensureDirectory()
    // Without mounts an instance's work tree is known only when it starts; its commands start in it.
    const inside = this.#inside('.')
    const bins = runtime.kind === 'node' ? await this.#bins(runtime) : []
    const common = { PATH: pathOf(inside, bins), LANG: 'C.UTF-8', HOST: '127.0.0.1' }
    return runtime.kind === 'node'
      ? { ...common, NODE_ENV: 'production' }
      : { ...common, ...pythonEnv(inside) }
  }

  async sweep(): Promise<void> {
    for (const folder of ['running', 'finished']) {
      const directory = join(this.#options.buildsDirectory, folder)
      const left = (await readdir(directory).catch(() => [])).filter(name => !this.#active.has(name))
      for (const name of left) await removeTree(join(directory, name))
      if (left.length > 0) this.#log.info({ folder, count: left.length }, 'left-over builds removed')
    }
    await this.#cache.trim()
  }

  async leftovers(facts: HostLeftoverFacts): Promise<Leftover[]> {
    const unused = await this.#cache.unused(this.#unusedRules(facts))
    return unused.map(item => ({ kind: 'cache', ...item }))
  }

  removeLeftovers(facts: HostLeftoverFacts): Promise<void> {
    return this.#cache.removeUnused(this.#unusedRules(facts))
  }

  #unusedRules({ isKnownApp }: HostLeftoverFacts): UnusedRules {
    const isBuilding = (appId: string) => [...this.#active.values()].some(build => build.appId === appId)
    return { isKnownApp, isBuilding, usedSinceMs: Date.now() - UNUSED_AFTER_MS }
  }

  forgetApp(appId: string): Promise<void> {
    ensurePlainName(appId)
    return this.#cache.forgetApp(appId)
  }

  async #run(spec: BuildSpec): Promise<TreeResult> {
    const folders = foldersOf(this.#options.buildsDirectory, spec.id)
    const startedMs = performance.now()
    const build = new HostBuild(spec, {
      sandbox: this.#options.sandbox,
      toolchains: this.#options.toolchains,
      cache: this.#cache,
      folders,
      inside: this.#inside(folders.tree),
      registrySettings: () => this.#registrySettings(),
      maxBytes: this.#options.maxBuildBytes ?? DEFAULT_MAX_BYTES,
    })
    const result = await build.run()
    this.#log.info(
      { build: spec.id, app: spec.app.slug, durationMs: Math.round(performance.now() - startedMs) },
      'build succeeded',
    )
    this.#cache.trim().catch(error => this.#log.warn({ err: error }, 'trimming the dependency cache failed'))
    return result
  }

  #inside(directory: string) {
    const { sandbox, toolchains } = this.#options
    return pathsInside(sandbox.powers, { directory, toolchainsDirectory: toolchains.directory })
  }

  async #bins({ version, tools = {} }: Extract<AppRuntime, { kind: 'node' }>): Promise<string[]> {
    const { toolchains } = this.#options
    const node = await toolchains.node(version)
    const others = await Promise.all(
      Object.entries(tools).map(([name, wanted]) =>
        toolchains.tool(name as keyof typeof tools, wanted!, version),
      ),
    )
    return [node, ...others].map(tool => tool.bin)
  }

  /** Asking npm takes a quarter of a second; a changed npmrc counts within a minute. */
  #registrySettings(): Promise<RegistrySettings> {
    const isFresh = this.#settings && Date.now() - this.#settings.readMs < REGISTRY_SETTINGS_AGE_MS
    if (isFresh) return this.#settings!.value
    const withCredentials = this.#options.shareRegistryCredentials ?? true
    const value = Promise.resolve().then(() =>
      readRegistrySettings(this.#options.toolchains.hostNpm(), { withCredentials }),
    )
    this.#settings = { value, readMs: Date.now() }
    return value
  }
}

/** Ids become names of folders. */
function ensurePlainName(id: string): void {
  if (basename(id) !== id || !/^[\w-]{1,80}$/.test(id))
    throw new Error(`"${id}" cannot be the name of a folder.`)
}
