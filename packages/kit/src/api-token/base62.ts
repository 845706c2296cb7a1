/** Digits and letters only, so that a double click in a terminal or a page selects the whole text. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE = BigInt(ALPHABET.length)

/** The number in base 62, the most significant digit first, filled up with zeros to `length` digits. */
export function toBase62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; rest > 0n; rest /= BASE) text = ALPHABET[Number(rest % BASE)] + text
  return text.padStart(length, '0')
}
