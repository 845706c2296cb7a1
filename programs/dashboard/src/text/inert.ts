/**
 * Text of strangers (names, log lines, values) with what would act on the text around it made visible: control
 * characters, and the marks that turn the direction of writing (Unicode TR 9; "Trojan Source").
 */
const ACTIVE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g

export function inert(text: string): string {
  return text.replace(ACTIVE, symbolFor)
}

/** For one line, such as a name: line breaks as well. */
export function inertLine(text: string): string {
  return inert(text).replace(/[\n\t]+/g, ' ')
}

function symbolFor(character: string): string {
  const code = character.codePointAt(0)!
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return '\ufffd'
}
