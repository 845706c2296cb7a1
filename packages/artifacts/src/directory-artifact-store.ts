import { constants } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { describeTree, type TreeModes, TreeStore } from '@seaworthy/source/tree'
import type { Artifact, ArtifactStore } from './artifact-store.ts'
import { toArtifactError } from './errors.ts'

export interface ArtifactStoreOptions {
  /** Made when it is first needed. Best on the file system that builds work on, so that trees are moved. */
  directory: string
  log: Logger
  /** How long a fresh artifact is safe from the sweep though no release names it yet. 10 minutes unless told. */
  sweepGraceMs?: number
}

/** Nobody changes what a release runs: not the app, not by accident either. Folders stay removable by their owner. */
const MODES: TreeModes = { file: 0o444, executable: 0o555, directory: 0o755 }

/** Artifacts as folders on this machine's disk. */
export function createArtifactStore(options: ArtifactStoreOptions): ArtifactStore {
  return new DirectoryArtifactStore(options)
}

class DirectoryArtifactStore implements ArtifactStore {
  readonly #log: Logger
  readonly #trees: TreeStore

  constructor({ directory, log, sweepGraceMs = 600_000 }: ArtifactStoreOptions) {
    this.#log = log
    this.#trees = new TreeStore({ directory, sweepGraceMs })
  }

  async put(directory: string): Promise<Artifact> {
    try {
      const tree = resolve(directory)
      return await this.#trees.withStage(async stage => {
        // Sealed and read where it lies: until the digest is known, a crash leaves the caller's tree in its place.
        const summary = await describeTree(tree, { modes: MODES })
        const moved = await moveInto(stage, tree)
        const artifact = await this.#trees.keep(stage, moved, summary)
        this.#log.info(summary, 'artifact kept')
        return artifact
      })
    } catch (error) {
      throw toArtifactError(error)
    }
  }

  async open(digest: string): Promise<Artifact | undefined> {
    return await this.#trees.open(digest)
  }

  async sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }> {
    const swept = await this.#trees.sweep(keep)
    this.#log.info(swept, 'artifacts swept')
    return swept
  }
}

/** By one rename on the same file system; else by a copy, which keeps modes and links. */
async function moveInto(stage: string, tree: string): Promise<string> {
  const moved = join(stage, 'tree')
  try {
    await rename(tree, moved)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await cp(tree, moved, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
    await describeTree(moved, { modes: MODES }) // a copy takes its modes from the umask
    await rm(tree, { recursive: true })
  }
  return moved
}
