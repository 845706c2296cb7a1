import { hash } from './seeded-hash.ts'

/**
 * Small numbers by key in memory that all worker threads share. Each worker writes a table of its own and reads those
 * of the others, so that there is no lock to die with, and what a dead worker had is forgotten by clearing its table.
 *
 * A key is a seeded hash of 32 bits. Its cell may lie in `PROBES` places; it is free again as soon as its number is 0.
 * Where all of them are taken the number is not kept, and whoever is counted there passes.
 */
export interface SharedCellsOptions {
  memory: SharedArrayBuffer
  worker: number
  workers: number
}

const PROBES = 16
const CELL_FIELDS = 2

/** @param cells keys that one worker can hold at a time, a power of two; untouched pages cost no memory */
export function createCells(workers: number, cells: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer((1 + workers * cells * CELL_FIELDS) * Int32Array.BYTES_PER_ELEMENT)
  new Int32Array(memory)[0] = (Math.random() * 2 ** 32) | 0
  return memory
}

/** What a worker that died had counted ended with it. */
export function forgetWorkerCells(memory: SharedArrayBuffer, worker: number, workers: number): void {
  const size = (memory.byteLength / Int32Array.BYTES_PER_ELEMENT - 1) / workers
  new Int32Array(memory).fill(0, 1 + worker * size, 1 + (worker + 1) * size)
}

export class SharedCells {
  readonly #cells: Int32Array
  readonly #seed: number
  readonly #worker: number
  readonly #workers: number
  /** Cells in one worker's table, and their mask. */
  readonly #count: number

  constructor({ memory, worker, workers }: SharedCellsOptions) {
    this.#cells = new Int32Array(memory)
    this.#seed = this.#cells[0]!
    this.#worker = worker
    this.#workers = workers
    this.#count = (this.#cells.length - 1) / workers / CELL_FIELDS
  }

  keyOf(text: string): number {
    return hash(text, this.#seed)
  }

  /** Changes this worker's number; it never falls below 0. */
  add(key: number, change: number): void {
    const at = this.#find(this.#worker, key)
    if (at !== -1) this.#write(at, this.#cells[at + 1]! + change)
    else if (change > 0) this.#create(key, change)
  }

  /** Sets this worker's number; 0 forgets it. */
  set(key: number, value: number): void {
    const at = this.#find(this.#worker, key)
    if (at !== -1) this.#write(at, value)
    else if (value !== 0) this.#create(key, value)
  }

  /** Over all workers. */
  sum(key: number): number {
    let sum = 0
    for (let worker = 0; worker < this.#workers; worker++) sum += this.of(worker, key)
    return sum
  }

  /** The number of one worker; 0 where it has none. */
  of(worker: number, key: number): number {
    const at = this.#find(worker, key)
    if (at === -1) return 0
    const value = Atomics.load(this.#cells, at + 1)
    // The cell may have been given to another key in between.
    return Atomics.load(this.#cells, at) === key ? value : 0
  }

  #find(worker: number, key: number): number {
    const base = 1 + worker * this.#count * CELL_FIELDS
    for (let probe = 0; probe < PROBES; probe++) {
      const at = base + ((key + probe) & (this.#count - 1)) * CELL_FIELDS
      if (Atomics.load(this.#cells, at) === key) return at
    }
    return -1
  }

  #create(key: number, value: number): void {
    const base = 1 + this.#worker * this.#count * CELL_FIELDS
    for (let probe = 0; probe < PROBES; probe++) {
      const at = base + ((key + probe) & (this.#count - 1)) * CELL_FIELDS
      if (this.#cells[at] !== 0) continue
      Atomics.store(this.#cells, at + 1, value)
      Atomics.store(this.#cells, at, key)
      return
    }
  }

  #write(at: number, value: number): void {
    Atomics.store(this.#cells, at + 1, Math.max(0, value))
    if (value <= 0) Atomics.store(this.#cells, at, 0)
  }
}
