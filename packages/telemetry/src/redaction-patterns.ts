/** Shorter values occur by chance in any text; blanking them out would hide more than it protects. */
export const MIN_REDACTED_CHARACTERS = 6
/** One line of a many-line value (a PEM key) must be this long to be hidden on its own. */
const MIN_PART_CHARACTERS = 8
/** What is left of a value inside a longer base64 text; shorter remains occur by chance. */
const MIN_BASE64_CHARACTERS = 6

/**
 * The byte strings to blank out so that none of `values` shows: each value itself, and as it looks in JSON, in a
 * URL, in HTML, in hex and in base64 (also where it is a part of what was encoded). Values under 6 characters are
 * left alone, so no pattern has fewer than 6 bytes.
 */
export function redactionPatterns(values: readonly string[]): Buffer[] {
  const texts = new Set<string>()
  for (const value of values) {
    if (value.length < MIN_REDACTED_CHARACTERS) continue
    for (const form of formsOf(value)) texts.add(form)
  }
  return [...texts].map(text => Buffer.from(text))
}

function formsOf(value: string): string[] {
  return [
    ...linesOf(value),
    jsonForm(value),
    ...urlForms(value),
    ...htmlForms(value),
    ...hexForms(value),
    ...base64Forms(value),
  ]
}

/** Logs are read line by line, so a value with line breaks shows up as several lines. */
function linesOf(value: string): string[] {
  if (!/[\r\n]/.test(value)) return [value]
  return value
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(line => line.length >= MIN_PART_CHARACTERS)
}

function jsonForm(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

function urlForms(value: string): string[] {
  // `toWellFormed`, since encodeURIComponent throws on half a surrogate pair.
  const component = encodeURIComponent(value.toWellFormed())
  const form = new URLSearchParams({ v: value }).toString().slice('v='.length)
  return [component, form, withLowerCaseHex(component), withLowerCaseHex(form)]
}

function withLowerCaseHex(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase())
}

/** Templates escape five characters, and do not agree on how to write the quotes. */
function htmlForms(value: string): string[] {
  const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quoted = escaped.replaceAll('"', '&quot;')
  return [escaped, quoted, quoted.replaceAll("'", '&#39;'), quoted.replaceAll("'", '&#x27;')].flatMap(linesOf)
}

function hexForms(value: string): string[] {
  const hex = Buffer.from(value).toString('hex')
  return [hex, hex.toUpperCase()]
}

/**
 * Base64 writes three bytes as four characters, so a value looks different by how many bytes stand before it
 * (`user:password` in an Authorization header). The characters that it shares with its neighbours are left out.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  const whole = bytes.toString('base64')
  const parts = [0, 1, 2].map(bytesBefore => base64Core(bytes, bytesBefore))
  const forms = [whole, ...parts].filter(form => form.length >= MIN_BASE64_CHARACTERS)
  return [...forms, ...forms.map(toBase64Url)]
}

function base64Core(bytes: Buffer, bytesBefore: number): string {
  const padded = Buffer.concat([Buffer.alloc(bytesBefore), bytes])
  const firstOwn = Math.ceil((bytesBefore * 8) / 6)
  const endOfOwn = Math.floor((padded.length * 8) / 6)
  return padded.toString('base64').slice(firstOwn, endOfOwn)
}

function toBase64Url(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
