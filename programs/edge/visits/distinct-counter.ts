/** Up to here visitors are counted one by one, exactly. */
const MAX_EXACT = 256
/** 2^12 registers: 4 KB, and a standard error of 1.6 %. */
const REGISTER_BITS = 12
const REGISTERS = 2 ** REGISTER_BITS
/** Bits of a hash behind those that choose the register. Hashes have 52, which a number holds exactly. */
const REST_BITS = 52 - REGISTER_BITS

export type DistinctState = { exact: number[] } | { registers: string }

/**
 * Counts different hashes (whole numbers below 2^52) in bounded memory: exactly while they are few, then by
 * HyperLogLog (Flajolet et al., 2007), which keeps no hash at all.
 */
export class DistinctCounter {
  #exact: Set<number> | undefined = new Set()
  #registers: Uint8Array | undefined

  static from(state: DistinctState): DistinctCounter {
    const counter = new DistinctCounter()
    if ('exact' in state) for (const hash of state.exact) counter.add(hash)
    else {
      const registers = Buffer.from(state.registers, 'base64')
      counter.#exact = undefined
      counter.#registers = new Uint8Array(REGISTERS)
      counter.#registers.set(registers.subarray(0, REGISTERS))
    }
    return counter
  }

  add(hash: number): void {
    if (!this.#exact) {
      this.#note(hash)
      return
    }
    this.#exact.add(hash)
    if (this.#exact.size > MAX_EXACT) this.#growOver(this.#exact)
  }

  /** How many different ones there were; exact up to 256. */
  count(): number {
    return this.#exact ? this.#exact.size : Math.round(estimate(this.#registers!))
  }

  state(): DistinctState {
    if (this.#exact) return { exact: [...this.#exact] }
    return { registers: Buffer.from(this.#registers!).toString('base64') }
  }

  #growOver(exact: ReadonlySet<number>): void {
    this.#exact = undefined
    this.#registers = new Uint8Array(REGISTERS)
    for (const hash of exact) this.#note(hash)
  }

  #note(hash: number): void {
    const register = hash % REGISTERS
    const rank = leadingZeros((hash - register) / REGISTERS) + 1
    if (rank > this.#registers![register]!) this.#registers![register] = rank
  }
}

/** Of a whole number of `REST_BITS` bits. */
function leadingZeros(value: number): number {
  const upperBits = REST_BITS - 32
  const upper = Math.floor(value / 2 ** 32)
  if (upper > 0) return Math.clz32(upper) - (32 - upperBits)
  return upperBits + Math.clz32(value >>> 0)
}

function estimate(registers: Uint8Array): number {
  let sum = 0
  let empty = 0
  for (const rank of registers) {
    sum += 2 ** -rank
    if (rank === 0) empty++
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum
  const isSmall = raw <= 2.5 * REGISTERS && empty > 0
  return isSmall ? REGISTERS * Math.log(REGISTERS / empty) : raw
}
