const MAX_LINE_LENGTH = 8 * 1024

/** Cuts a stream of text into lines as a terminal would show them; a very long one comes in parts. */
export class LineCutter {
  readonly #onLine: (line: string, options?: { continues: boolean }) => void
  #rest = ''

  constructor(onLine: (line: string, options?: { continues: boolean }) => void) {
    this.#onLine = onLine
  }

  take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) this.#emit(line)
    while (this.#rest.length > MAX_LINE_LENGTH) {
      this.#onLine(this.#rest.slice(0, MAX_LINE_LENGTH), { continues: true })
      this.#rest = this.#rest.slice(MAX_LINE_LENGTH)
    }
  }

  /** The unfinished last line counts too. */
  end(): void {
    if (this.#rest !== '') this.#emit(this.#rest)
    this.#rest = ''
  }

  /** Progress bars rewrite their line with carriage returns: the last state is what a terminal would show. */
  #emit(line: string): void {
    const shown = line.replace(/\r+$/, '')
    this.#onLine(shown.slice(shown.lastIndexOf('\r') + 1))
  }
}
