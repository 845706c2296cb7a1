import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TreeSummary } from './tree-steps.ts'

export interface StoredTree extends TreeSummary {
  /** Absolute path of the tree. */
  path: string
}

export interface TreeStoreOptions {
  directory: string
  /**
   * A tree younger than this is not swept even if nobody names it: whoever put it may be about to write its name
   * down, after the list of names to keep was read.
   */
  sweepGraceMs: number
}

/** Left by a process that was killed: it cannot be at work on it any more. */
const STALE_MS = 60 * 60 * 1000

/**
 * Trees by digest, for sources and artifacts alike:
 *
 *     <directory>/<64 hex>/tree        the tree
 *     <directory>/<64 hex>/tree.json   its size
 *     <directory>/tmp/<id>/            work in progress, and trees on their way out
 *
 * A tree appears and disappears by one rename, so a crash or a full disk leaves nothing but temporary folders.
 * One process writes a store; within it, taking in and sweeping exclude each other where it matters.
 */
export class TreeStore {
  readonly #directory: string
  readonly #sweepGraceMs: number
  readonly #stages = new Set<string>()
  #lastTurn: Promise<unknown> = Promise.resolve()

  constructor({ directory, sweepGraceMs }: TreeStoreOptions) {
    this.#directory = directory
    this.#sweepGraceMs = sweepGraceMs
  }

  /** Gives `work` a temporary folder on the store's file system, which is gone afterwards whatever happens. */
  async withStage<Result>(work: (stage: string) => Promise<Result>): Promise<Result> {
    const stage = join(this.#directory, 'tmp', randomUUID())
    this.#stages.add(stage)
    try {
      await mkdir(stage, { recursive: true })
      return await work(stage)
    } finally {
      await rm(stage, { recursive: true, force: true, maxRetries: 3 })
      this.#stages.delete(stage)
    }
  }

  /** Moves a tree (on the store's file system) into its place; one that is there already stays, and `tree` too. */
  async keep(stage: string, tree: string, summary: TreeSummary): Promise<StoredTree> {
    const entry = join(stage, 'entry')
    const place = this.#place(hexOf(summary.digest)!)
    await mkdir(entry)
    await writeFile(join(entry, 'tree.json'), JSON.stringify(summary))
    return await this.#inTurn(async () => {
      if (!(await touch(place))) {
        await rename(tree, join(entry, 'tree'))
        await rename(entry, place)
      }
      return { ...summary, path: join(place, 'tree') }
    })
  }

  async open(digest: string): Promise<StoredTree | undefined> {
    const hex = hexOf(digest)
    if (hex === undefined) return undefined
    const summary = await this.#readSummary(hex)
    return summary && { ...summary, path: join(this.#place(hex), 'tree') }
  }

  async sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }> {
    await this.#sweepTemporary()
    const swept = { removed: 0, freedBytes: 0 }
    for (const hex of await listFolder(this.#directory)) {
      if (!HEX.test(hex) || keep.has(`sha256:${hex}`)) continue
      const summary = await this.#readSummary(hex)
      if (!(await this.#removeUnlessYoung(hex))) continue
      swept.removed += 1
      swept.freedBytes += summary?.sizeBytes ?? 0
    }
    return swept
  }

  async #removeUnlessYoung(hex: string): Promise<boolean> {
    return await this.withStage(async stage => {
      return await this.#inTurn(async () => {
        const place = this.#place(hex)
        if ((await ageMs(place)) < this.#sweepGraceMs) return false
        await rename(place, join(stage, 'swept')) // gone for all at once; the stage's end frees the room
        return true
      })
    })
  }

  async #sweepTemporary(): Promise<void> {
    const temporary = join(this.#directory, 'tmp')
    for (const name of await listFolder(temporary)) {
      const path = join(temporary, name)
      if (this.#stages.has(path) || (await ageMs(path)) < STALE_MS) continue
      await rm(path, { recursive: true, force: true })
    }
  }

  async #readSummary(hex: string): Promise<TreeSummary | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#place(hex), 'tree.json'), 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  #place(hex: string): string {
    return join(this.#directory, hex)
  }

  /** Runs `step` after all earlier ones. */
  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(step)
    this.#lastTurn = turn.catch(() => {})
    return turn
  }
}

const HEX = /^[0-9a-f]{64}$/

function hexOf(digest: string): string | undefined {
  const [algorithm, hex = ''] = digest.split(':')
  return algorithm === 'sha256' && HEX.test(hex) ? hex : undefined
}

/** Marks a tree as just put, so that the sweep leaves it alone. False when there is none. */
async function touch(place: string): Promise<boolean> {
  try {
    await utimes(place, new Date(), new Date())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function ageMs(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined) // gone meanwhile: as if it were fresh
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
