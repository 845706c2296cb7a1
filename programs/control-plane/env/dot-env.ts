/** Reads `.env` files. Pure. */
import { AppError } from '@seaworthy/kit'

export class DotEnvInvalid extends AppError {
  constructor(line: number, problem: string) {
    super('dot_env_invalid', `Line ${line} of the .env file: ${problem}`, {
      status: 422,
      errors: [{ path: `text:${line}`, message: problem }],
    })
  }
}

/**
 * `KEY=value` lines. `export ` in front and blanks around `=` are allowed; `#` starts a comment at the start of a line
 * or after a blank. Values in single quotes or backticks are taken as they are, in double quotes `\n`, `\r`, `\t`,
 * `\"`, `\\` and `\$` are unescaped; all three may span lines. Nothing is expanded. A later line wins.
 * Throws `DotEnvInvalid` with the number of the first line that makes no sense.
 */
export function parseDotEnv(text: string): Map<string, string> {
  const reader = new Reader(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'))
  const values = new Map<string, string>()
  while (reader.skipBlankLines()) {
    const key = reader.readKey()
    values.set(key, reader.readValue(key))
  }
  return values
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' }

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Goes to the next line that says something. False at the end. */
  skipBlankLines(): boolean {
    this.#take(/(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?:#[^\n]*$)?/y)
    return this.#at < this.#text.length
  }

  readKey(): string {
    const start = this.#at
    this.#take(/export[ \t]+/y)
    const [, key] = this.#take(/([^\s=#'"`]+)[ \t]*=[ \t]*/y) ?? []
    if (key === undefined) throw new DotEnvInvalid(this.#lineOf(start), 'expected NAME=value.')
    return key
  }

  readValue(key: string): string {
    const quote = this.#text[this.#at]
    if (quote === '"' || quote === "'" || quote === '`') return this.#readQuoted(key, quote)
    const [raw = ''] = this.#take(/[^\n]*/y) ?? []
    return raw.replace(/(^|[ \t])#.*$/, '').trim()
  }

  #readQuoted(key: string, quote: '"' | "'" | '`'): string {
    const start = this.#at
    const [, body] = this.#take(QUOTED[quote]) ?? []
    if (body === undefined)
      throw new DotEnvInvalid(this.#lineOf(start), `the ${quote} of ${key} is never closed.`)
    const [, rest] = this.#take(/[ \t]*(?:#[^\n]*)?([^\n]*)/y) ?? []
    if (rest) throw new DotEnvInvalid(this.#lineOf(this.#at), `unexpected text after the value of ${key}.`)
    return quote === '"' ? body.replace(/\\([\s\S])/g, (whole, char: string) => ESCAPES[char] ?? whole) : body
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at = pattern.lastIndex
    return match ?? undefined
  }

  #lineOf(position: number): number {
    return this.#text.slice(0, position).split('\n').length
  }
}

const QUOTED = {
  '"': /"((?:\\[\s\S]|[^"\\])*)"/y,
  "'": /'([^']*)'/y,
  '`': /`([^`]*)`/y,
}
