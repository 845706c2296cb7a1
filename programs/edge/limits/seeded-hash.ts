/** FNV-1a, seeded, so that nobody can choose texts that share a place; never 0, which means a free place. */
export function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  // FNV mixes its last characters badly (murmur3's finalizer).
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  value ^= value >>> 16
  return value === 0 ? 1 : value | 0
}
