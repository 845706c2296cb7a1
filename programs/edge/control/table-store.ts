import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  ChangingTable,
  parseTableChange,
  type RouteTable,
  readRouteTable,
  type TableChange,
} from '@seaworthy/routes'
import type { EdgeLog } from '../edge-log.ts'

/** Then the whole table is written again, so that no start has to read ever more. */
const MAX_CHANGES_BYTES = 1024 * 1024

/**
 * The last pushed table on disk, so that an edge that restarts serves without the control plane: the whole of some
 * version, and beside it the changes since, one a line.
 */
export class TableStore {
  readonly #file: string
  readonly #changes: string
  readonly #log: EdgeLog

  constructor({ file, log }: { file: string; log: EdgeLog }) {
    this.#file = file
    this.#changes = `${file}.changes`
    this.#log = log
  }

  /** An empty table of version 0 where none was kept; a damaged file is reported and counts as none. */
  async load(): Promise<RouteTable> {
    try {
      const { table, refused } = readRouteTable(JSON.parse(await readFile(this.#file, 'utf8')))
      if (refused.length > 0) this.#log.error({ refused }, 'parts of the kept route table cannot be used')
      return await this.#withChanges(table)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        const reason = (error as Error).message
        this.#log.error(
          { file: this.#file, reason },
          'the kept route table cannot be used, waiting for a new one',
        )
      }
      return { version: 0, routes: [] }
    }
  }

  /** Resolves once the table would outlive a power cut: written beside, synced, renamed. */
  async save(table: RouteTable): Promise<void> {
    const draft = `${this.#file}.${process.pid}.new`
    await mkdir(dirname(this.#file), { recursive: true })
    try {
      const file = await open(draft, 'w', 0o600)
      try {
        await file.writeFile(JSON.stringify(table))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, this.#file)
      await rm(this.#changes, { force: true })
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  /**
   * The same for a change of the table that is kept, in a time that does not grow with it.
   * @param table with the change
   */
  async saveChange(table: RouteTable, change: TableChange): Promise<void> {
    const size = (await stat(this.#changes).catch(() => undefined))?.size ?? 0
    if (size > MAX_CHANGES_BYTES) {
      await this.save(table)
      return
    }
    const file = await open(this.#changes, 'a', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(change)}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
  }

  /** A change of another table, and one that a power cut left in part, end the row: pushes come again. */
  async #withChanges(kept: RouteTable): Promise<RouteTable> {
    const changing = new ChangingTable(kept)
    for (const line of await this.#lines()) {
      try {
        const change = parseTableChange(JSON.parse(line))
        if (change.base === changing.table.version) changing.change(change)
      } catch (error) {
        const reason = (error as Error).message
        this.#log.error({ file: this.#changes, reason }, 'a kept change of the route table cannot be used')
        break
      }
    }
    return changing.table
  }

  async #lines(): Promise<string[]> {
    const text = await readFile(this.#changes, 'utf8').catch(() => '')
    return text.split('\n').slice(0, -1)
  }
}
