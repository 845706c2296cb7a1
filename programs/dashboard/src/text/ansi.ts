/**
 * Terminal output as text with colours. Only SGR colours and weights (ECMA-48, 8.3.117) have an effect; every other
 * sequence — cursor moves, titles, links, queries — is dropped, so that a log line can do nothing but be read.
 */
export interface Styled {
  text: string
  /** Class names of `styles.css`; empty for plain text. */
  className: string
}

interface Pen {
  color: string
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
}

const PLAIN: Pen = { color: '', bold: false, dim: false, italic: false, underline: false }
const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** CSI, then OSC and the other strings (ended by BEL, ST, or the line), then two-byte escapes. */
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*[0-~]?|\x9b/g

export function parseAnsi(line: string): Styled[] {
  const visible = lastOverwrite(line)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (!/[\x1b\x80-\x9f]/.test(visible)) return visible === '' ? [] : [{ text: visible, className: '' }]
  const parts: Styled[] = []
  let pen = PLAIN
  let from = 0
  for (const match of visible.matchAll(SEQUENCE)) {
    addPart(parts, visible.slice(from, match.index), pen)
    if (match[2] === 'm') pen = applySgr(pen, match[1]!)
    from = match.index + match[0].length
  }
  addPart(parts, visible.slice(from), pen)
  return parts
}

/** The text alone, for searching and copying. */
export function stripAnsi(line: string): string {
  return parseAnsi(line)
    .map(({ text }) => text)
    .join('')
}

/** A progress bar writes its line again and again; a terminal would show what it wrote last. */
function lastOverwrite(line: string): string {
  if (!line.includes('\r')) return line
  return line.split('\r').findLast(part => part !== '') ?? ''
}

function addPart(parts: Styled[], text: string, pen: Pen): void {
  if (text !== '') parts.push({ text, className: classOf(pen) })
}

function classOf({ color, bold, dim, italic, underline }: Pen): string {
  const names = [
    color && `ansi-${color}`,
    bold && 'ansi-bold',
    dim && 'ansi-dim',
    italic && 'ansi-italic',
    underline && 'ansi-underline',
  ]
  return names.filter(Boolean).join(' ')
}

function applySgr(pen: Pen, parameters: string): Pen {
  const codes = parameters.split(/[;:]/).map(Number)
  let next = pen
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!
    // 256 colours and true colours are passed over, with the numbers that follow.
    if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4
    else next = applyCode(next, code)
  }
  return next
}

function applyCode(pen: Pen, code: number): Pen {
  if (code === 0) return PLAIN
  if (code === 1) return { ...pen, bold: true }
  if (code === 2) return { ...pen, dim: true }
  if (code === 3) return { ...pen, italic: true }
  if (code === 4) return { ...pen, underline: true }
  if (code === 22) return { ...pen, bold: false, dim: false }
  if (code === 23) return { ...pen, italic: false }
  if (code === 24) return { ...pen, underline: false }
  if (code === 39) return { ...pen, color: '' }
  if (code >= 30 && code <= 37) return { ...pen, color: COLORS[code - 30]! }
  if (code >= 90 && code <= 97) return { ...pen, color: COLORS[code - 90]! }
  return pen
}
