import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type RouteTable, readRouteTable } from '@seaworthy/routes'
import type { EdgeLog } from '../edge-log.ts'

/** The last pushed table on disk, so that an edge that restarts serves without the control plane. */
export class TableStore {
  readonly #file: string
  readonly #log: EdgeLog

  constructor({ file, log }: { file: string; log: EdgeLog }) {
    this.#file = file
    this.#log = log
  }

  /** An empty table of version 0 where none was kept; a damaged file is reported and counts as none. */
  async load(): Promise<RouteTable> {
    try {
      const { table, refused } = readRouteTable(JSON.parse(await readFile(this.#file, 'utf8')))
      if (refused.length > 0) this.#log.error({ refused }, 'parts of the kept route table cannot be used')
      return table
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
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }
}
