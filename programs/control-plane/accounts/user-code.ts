import { randomInt } from 'node:crypto'

/** No vowels, so that no words come out; nothing that is mistaken for a digit (RFC 8628, 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8

/** What a person types to let a device in: 20^8 possibilities, without its hyphen. */
export function newUserCode(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}

/** As it is kept, however it was typed: `wdjb-mjht` → `WDJBMJHT`. Undefined for what no code looks like. */
export function normalizeUserCode(text: string): string | undefined {
  const code = text.toUpperCase().replace(/[\s-]/g, '')
  return code.length === LENGTH && [...code].every(letter => LETTERS.includes(letter)) ? code : undefined
}

/** `WDJB-MJHT` */
export function displayedUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}
