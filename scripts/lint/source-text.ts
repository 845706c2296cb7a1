/**
 * The source with comments and regular expressions blanked out, so that a rule finds code and strings only.
 * Offsets and lines stay as they are. TypeScript 7 has no parser to ask yet; this knows just enough syntax.
 */
export function codeAndStrings(source: string): string {
  return blank(source, ['comment', 'regex'])
}

/** As `codeAndStrings`, with the content of strings and templates blanked too: code alone. */
export function codeAlone(source: string): string {
  return blank(source, ['comment', 'regex', 'string', 'template'])
}

export function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length
}

type TokenKind = 'comment' | 'regex' | 'string' | 'template' | 'other'

function blank(source: string, kinds: TokenKind[]): string {
  let code = ''
  for (let index = 0; index < source.length; ) {
    const { kind, end } = tokenAt(source, index)
    const token = source.slice(index, end)
    code += kinds.includes(kind) ? token.replace(/[^\n]/g, ' ') : token
    index = end
  }
  return code
}

function tokenAt(source: string, index: number): { kind: TokenKind; end: number } {
  const character = source[index]!
  const next = source[index + 1]
  if (character === '/' && next === '/') return { kind: 'comment', end: endOf(source, '\n', index, 0) }
  if (character === '/' && next === '*') return { kind: 'comment', end: endOf(source, '*/', index + 2, 2) }
  if (character === "'" || character === '"') return { kind: 'string', end: endOfString(source, index) }
  if (character === '`') return { kind: 'template', end: endOfTemplate(source, index) }
  const regexEnd = character === '/' ? endOfRegex(source, index) : undefined
  return regexEnd === undefined ? { kind: 'other', end: index + 1 } : { kind: 'regex', end: regexEnd }
}

function endOf(source: string, mark: string, from: number, length: number): number {
  const found = source.indexOf(mark, from)
  return found < 0 ? source.length : found + length
}

function endOfString(source: string, start: number): number {
  const quote = source[start]
  let index = start + 1
  while (index < source.length && source[index] !== quote && source[index] !== '\n') {
    index += source[index] === '\\' ? 2 : 1
  }
  return Math.min(index + 1, source.length)
}

/** With what stands in `${…}`, templates inside of it included. */
function endOfTemplate(source: string, start: number): number {
  let index = start + 1
  while (index < source.length && source[index] !== '`') {
    if (source.startsWith('${', index)) index = endOfPlaceholder(source, index + 2)
    else index += source[index] === '\\' ? 2 : 1
  }
  return Math.min(index + 1, source.length)
}

function endOfPlaceholder(source: string, start: number): number {
  let depth = 1
  let index = start
  while (index < source.length && depth > 0) {
    if (source[index] === '{') depth += 1
    if (source[index] === '}') depth -= 1
    index = tokenAt(source, index).end
  }
  return index
}

const REGEX_LITERAL = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//y
const BEFORE_REGEX = /[([{,;=:?!&|>+\-*%~^<]$|\b(?:return|typeof|case|in|of|await)$/

/** After a value, `/` divides, and there is no regular expression. */
function endOfRegex(source: string, start: number): number | undefined {
  const before = source.slice(Math.max(0, start - 200), start).trimEnd()
  if (before !== '' && !BEFORE_REGEX.test(before)) return undefined
  REGEX_LITERAL.lastIndex = start
  return REGEX_LITERAL.test(source) ? REGEX_LITERAL.lastIndex : undefined
}
