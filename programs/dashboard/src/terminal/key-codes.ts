/** What keys send that a phone's keyboard does not have (ECMA-48; xterm "Control Sequences"). Pure. */

export type SpecialKey = 'escape' | 'tab' | 'interrupt' | 'left' | 'down' | 'up' | 'right'

const ARROWS: Partial<Record<SpecialKey, string>> = { up: 'A', down: 'B', right: 'C', left: 'D' }
const CODES: Partial<Record<SpecialKey, string>> = { escape: '\x1b', tab: '\t', interrupt: '\x03' }

export function codeOfKey(key: SpecialKey, hasApplicationCursor: boolean): string {
  const arrow = ARROWS[key]
  return arrow === undefined ? CODES[key]! : `\x1b${hasApplicationCursor ? 'O' : '['}${arrow}`
}

/** A letter as Ctrl makes it: `c` is 0x03. What Ctrl does not change stays as it is. */
export function withControl(text: string): string {
  const code = text.toUpperCase().charCodeAt(0)
  return text.length === 1 && code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : text
}
