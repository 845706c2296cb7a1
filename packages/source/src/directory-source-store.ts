import { constants } from 'node:fs'
import { cp, mkdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { TreeWriter } from './archive/tree-writer.ts'
import { unpackArchive } from './archive/unpack-archive.ts'
import { type UnpackLimits, UnpackMeter } from './archive/unpack-meter.ts'
import { readUpload } from './archive/upload-stream.ts'
import { SourceRefused, toSourceError } from './errors.ts'
import { withGitCheckout } from './git/git-checkout.ts'
import { type GitSettings, parseGitOrigin } from './git/git-remote.ts'
import type { GitOrigin, Source, SourceStore } from './source-store.ts'
import { describeTree } from './tree/tree-digest.ts'
import { shownPath } from './tree/tree-problem.ts'
import type { TreeModes } from './tree/tree-steps.ts'
import { TreeStore } from './tree/tree-store.ts'

export interface SourceStoreOptions {
  /** Made when it is first needed. */
  directory: string
  log: Logger
  limits?: Partial<UnpackLimits>
  git?: Partial<GitSettings>
  /** How long a fresh source is safe from the sweep though nothing names it. 10 minutes unless told. */
  sweepGraceMs?: number
}

const DEFAULT_LIMITS: UnpackLimits = {
  maxEntries: 100_000,
  maxUnpackedBytes: 512 * 1024 * 1024,
  maxRatio: 200,
}
const DEFAULT_GIT: GitSettings = { allowLocal: false, allowFile: true, timeoutMs: 120_000 }
const MODES: TreeModes = { file: 0o644, executable: 0o755, directory: 0o755 }

/** Sources as folders on this machine's disk. */
export function createSourceStore(options: SourceStoreOptions): SourceStore {
  return new DirectorySourceStore(options)
}

class DirectorySourceStore implements SourceStore {
  readonly #directory: string
  readonly #log: Logger
  readonly #limits: UnpackLimits
  readonly #git: GitSettings
  readonly #trees: TreeStore

  constructor({ directory, log, limits = {}, git = {}, sweepGraceMs = 600_000 }: SourceStoreOptions) {
    this.#directory = directory
    this.#log = log
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    this.#git = { ...DEFAULT_GIT, ...git }
    this.#trees = new TreeStore({ directory, sweepGraceMs })
  }

  async fromArchive(
    stream: AsyncIterable<Uint8Array>,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Source> {
    return await this.#take('archive', async stage => {
      return await this.#unpack(stage, readUpload(stream, signal), { unwraps: true, signal })
    })
  }

  async fromDirectory(directory: string): Promise<Source> {
    const from = await this.#checkDirectory(directory)
    return await this.#take('directory', async stage => {
      const { maxEntries, maxUnpackedBytes } = this.#limits
      await describeTree(from, { maxEntries, maxBytes: maxUnpackedBytes }) // refuses before anything is copied
      const copy = join(stage, 'copy')
      await cp(from, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
      return copy
    })
  }

  async fromGit(
    origin: GitOrigin,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Source & { commit: string }> {
    const remote = parseGitOrigin(origin, this.#git)
    const maxBytes = 2 * this.#limits.maxUnpackedBytes // what is downloaded holds more than the one tree
    let commit = ''
    const source = await this.#take(remote.url, async stage => {
      return await withGitCheckout(
        { remote, settings: this.#git, stage, maxBytes, signal },
        async checkout => {
          commit = checkout.commit
          return await this.#unpack(stage, checkout.archive, { unwraps: false, signal })
        },
      )
    })
    return { ...source, commit }
  }

  async open(digest: string): Promise<Source | undefined> {
    return await this.#trees.open(digest)
  }

  async sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }> {
    const swept = await this.#trees.sweep(keep)
    this.#log.info(swept, 'sources swept')
    return swept
  }

  /** Runs `prepare`, which returns the path of a tree in the temporary folder it is given, and keeps that tree. */
  async #take(origin: string, prepare: (stage: string) => Promise<string>): Promise<Source> {
    try {
      const source = await this.#trees.withStage(async stage => {
        const tree = await prepare(stage)
        const { maxEntries, maxUnpackedBytes } = this.#limits
        const summary = await describeTree(tree, { modes: MODES, maxEntries, maxBytes: maxUnpackedBytes })
        return await this.#trees.keep(stage, tree, summary)
      })
      const { digest, sizeBytes, entries } = source
      this.#log.info({ origin, digest, sizeBytes, entries }, 'source taken in')
      return source
    } catch (error) {
      throw toSourceError(error)
    }
  }

  async #unpack(
    stage: string,
    archive: AsyncIterable<Uint8Array>,
    { unwraps, signal }: { unwraps: boolean; signal?: AbortSignal },
  ): Promise<string> {
    const root = join(stage, 'unpacked')
    await mkdir(root)
    const meter = new UnpackMeter(this.#limits)
    const writer = new TreeWriter({ root, meter, unwraps })
    await unpackArchive(archive, { writer, meter, temporary: stage, signal })
    return await writer.finish()
  }

  async #checkDirectory(directory: string): Promise<string> {
    const from = await realpath(directory).catch(() => undefined)
    if (from === undefined || !(await stat(from)).isDirectory()) {
      throw new SourceRefused('directory_unreadable', `There is no folder ${shownPath(directory)}.`)
    }
    const store = await realpath(this.#directory).catch(() => this.#directory)
    if (`${store}${sep}`.startsWith(`${from}${sep}`)) throw holdsStore(directory)
    return from
  }
}

function holdsStore(directory: string): SourceRefused {
  return new SourceRefused(
    'directory_holds_store',
    `The folder ${shownPath(directory)} holds the platform's own data. Deploy the app's folder itself.`,
  )
}
