/** The opposite of `parseCommandLine`: a line that gives just these words, whatever they hold. */
export function quoteCommandLine(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ')
}

const PLAIN = /^[A-Za-z0-9_@%+,./:-]+$/

function quoteWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
