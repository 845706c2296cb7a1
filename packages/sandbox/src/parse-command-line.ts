import { CommandLineInvalid } from './errors.ts'

/**
 * A command line of a manifest as argv. Words, quotes, backslashes, `$NAME` and `${NAME}` (from `env`; unset is
 * empty) and `NAME=value` in front are understood here. A line that needs more of a shell (`&&`, pipes,
 * redirections, globs, `$(…)`, shell built-ins …) becomes `/bin/sh -c line`, as does a variable whose value a shell
 * would split or expand further. Rules: POSIX.1-2024, Shell Command Language, §2.2 to §2.6 and §2.9.1.
 * Throws `CommandLineInvalid` for an empty line, open quotes and NUL.
 */
export function parseCommandLine(line: string, env: Readonly<Record<string, string>>): string[] {
  if (line.includes('\0'))
    throw new CommandLineInvalid(line.replaceAll('\0', '?'), 'it holds a NUL character')
  const words = readWords(line.replace(/[\r\n]+$/, ''), env)
  if (words === 'shell') return ['/bin/sh', '-c', line]
  const firstCommand = words.findIndex(word => !word.isAssignment)
  if (firstCommand === -1) throw new CommandLineInvalid(line, 'it names no command')
  if (SHELL_WORDS.has(words[firstCommand]?.text ?? '')) return ['/bin/sh', '-c', line]
  const texts = words.map(word => word.text)
  return firstCommand === 0 ? texts : ['/usr/bin/env', ...texts]
}

/** Reserved words, and built-ins that have no program of the same name or another meaning as one. */
const SHELL_WORDS = new Set(
  (
    '! { } case do done elif else esac fi for function if in select then time until while [[ ' +
    '. : alias bg break cd command continue eval exec exit export fg getopts hash jobs local read readonly ' +
    'return set shift source times trap type ulimit umask unalias unset wait'
  ).split(' '),
)

interface Word {
  text: string
  /** `NAME=value` before the command: no word of the command. */
  isAssignment: boolean
}

const ENDS_WORD = /[ \t]/
/** Outside of quotes, these make a line one for the shell. */
const SHELL_CHARACTERS = /[&|;<>()*?[\n\r#~!`]/
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/
const VARIABLE = /^(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/
const SPLIT_OR_GLOB = /[\s*?[\\]/

/** The words of a line, or `shell` when it needs one. */
function readWords(line: string, env: Readonly<Record<string, string>>): Word[] | 'shell' {
  const reader = new LineReader(line, env)
  const words: Word[] = []
  let mayAssign = true
  while (reader.skipBlanks()) {
    const word = reader.readWord({ mayAssign })
    mayAssign &&= word?.isAssignment === true
    if (word) words.push(word)
  }
  return reader.needsShell ? 'shell' : words
}

/** Reads a line once, from left to right. Goes on after it saw that a shell is needed, to find open quotes. */
class LineReader {
  needsShell = false
  readonly #line: string
  readonly #env: Readonly<Record<string, string>>
  #at = 0
  #isBlind = false

  constructor(line: string, env: Readonly<Record<string, string>>) {
    this.#line = line
    this.#env = env
  }

  /** Whether another word follows. */
  skipBlanks(): boolean {
    while (ENDS_WORD.test(this.#peek())) this.#at++
    return this.#at < this.#line.length
  }

  /** Undefined for a word that is nothing but empty variables: to a shell it is no word. */
  readWord({ mayAssign }: { mayAssign: boolean }): Word | undefined {
    const isAssignment = mayAssign && ASSIGNMENT.test(this.#line.slice(this.#at))
    let text = ''
    let isQuoted = false
    while (this.#at < this.#line.length && !ENDS_WORD.test(this.#peek())) {
      const character = this.#next()
      isQuoted ||= character === "'" || character === '"' || character === '\\'
      text += this.#readPart(character, isAssignment)
    }
    return text !== '' || isQuoted ? { text, isAssignment } : undefined
  }

  #readPart(character: string, isAssignment: boolean): string {
    if (character === "'") return this.#readSingleQuoted()
    if (character === '"') return this.#readDoubleQuoted()
    if (character === '\\') return this.#readEscaped()
    if (character === '$') return this.#readVariable({ isQuoted: isAssignment })
    if (SHELL_CHARACTERS.test(character)) this.#leaveToShell(character)
    return character
  }

  #readSingleQuoted(): string {
    const end = this.#line.indexOf("'", this.#at)
    if (end === -1) throw new CommandLineInvalid(this.#line, "a single quote (') is opened but not closed")
    const text = this.#line.slice(this.#at, end)
    this.#at = end + 1
    return text
  }

  #readDoubleQuoted(): string {
    let text = ''
    for (;;) {
      if (this.#at >= this.#line.length) return this.#endOpenQuote(text)
      const character = this.#next()
      if (character === '"') return text
      if (character === '\\') text += this.#readEscapedInQuotes()
      else if (character === '$') text += this.#readVariable({ isQuoted: true })
      else if (character === '`') this.#leaveToShell(character)
      else text += character
    }
  }

  #endOpenQuote(text: string): string {
    if (this.#isBlind) return text
    throw new CommandLineInvalid(this.#line, 'a double quote (") is opened but not closed')
  }

  #readEscaped(): string {
    if (this.#at >= this.#line.length) throw new CommandLineInvalid(this.#line, 'it ends with a backslash')
    const character = this.#next()
    if (character === '\n') this.needsShell = true
    return character
  }

  #readEscapedInQuotes(): string {
    const character = this.#next()
    if (character === '\n') this.needsShell = true
    return '$`"\\'.includes(character) ? character : `\\${character}`
  }

  #readVariable({ isQuoted }: { isQuoted: boolean }): string {
    const rest = this.#line.slice(this.#at)
    const [whole, braced, bare] = VARIABLE.exec(rest) ?? []
    if (whole === undefined) return this.#readLoneDollar(rest, isQuoted)
    this.#at += whole.length
    const value = this.#env[braced ?? bare ?? ''] ?? ''
    if (!isQuoted && SPLIT_OR_GLOB.test(value)) this.needsShell = true
    return value
  }

  /** `$5`, `$?`, `${a:-b}`, `$(…)`, `$'…'` are the shell's. A dollar before anything else is a dollar. */
  #readLoneDollar(rest: string, isQuoted: boolean): string {
    const opensQuote = !isQuoted && /^['"]/.test(rest)
    if (/^[({]/.test(rest)) this.#leaveToShell('$')
    else if (opensQuote || /^[`0-9@*#?$!-]/.test(rest)) this.needsShell = true
    return '$'
  }

  #leaveToShell(character: string): void {
    this.needsShell = true
    // Behind these, quotes follow rules of their own: what follows is for the shell to judge.
    if (!'$`#<'.includes(character)) return
    this.#isBlind = true
    this.#at = this.#line.length
  }

  #peek(): string {
    return this.#line[this.#at] ?? ''
  }

  #next(): string {
    return this.#line[this.#at++] ?? ''
  }
}
