import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Tells the control plane which process is the edge. Written by the edge once it serves. */
export class PidFile {
  readonly #file: string

  constructor({ file }: { file: string }) {
    this.#file = file
  }

  write(): void {
    mkdirSync(dirname(this.#file), { recursive: true })
    const draft = `${this.#file}.${process.pid}`
    writeFileSync(draft, `${process.pid}\n`, { mode: 0o600 })
    renameSync(draft, this.#file)
  }

  /** Removes the file if it still names this process: a newer edge may have written its own. */
  remove(): void {
    try {
      if (Number(readFileSync(this.#file, 'utf8')) === process.pid) rmSync(this.#file)
    } catch {
      // None there: nothing to take back.
    }
  }
}
