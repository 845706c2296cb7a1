/** From what is typed to what the API takes. Pure. */
import type { Traffic } from '@seaworthy/api'
import { UsageError } from '../exit-codes.ts'

type Document = Record<string, unknown>

/**
 * `csp.mode=enforce` changes one field and leaves the others of `csp` as they count now; `csp={…}` replaces it whole.
 * The platform knows the names, so that a wrong one is told by it.
 */
export function assignments(texts: readonly string[], { settings }: Pick<Traffic, 'settings'>): Document {
  const patch: Document = {}
  for (const text of texts) {
    const [key, ...fields] = nameOf(text)
    const present = settings.find(setting => setting.key === key)
    const before = key! in patch ? patch[key!] : present?.from === 'default' ? null : present?.value
    patch[key!] = withField(before, fields, settingOf(text))
  }
  return patch
}

/** The settings of a file. */
export function parseDocument(text: string, file: string): Document {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file} is not valid JSON: ${(error as Error).message}`)
  }
  if (typeof document === 'object' && document !== null && !Array.isArray(document))
    return document as Document
  throw new UsageError(`${file} must hold one JSON object, such as {"compression":false}.`)
}

function nameOf(text: string): string[] {
  const name = /^([A-Za-z]\w*(?:\.[^=]+)?)=/.exec(text)?.[1]
  if (name === undefined)
    throw new UsageError(`"${text}" is no setting. Write KEY=VALUE, such as csp.mode=enforce.`)
  return name.split('.')
}

/** JSON where it is JSON, else the text itself. */
function settingOf(text: string): unknown {
  const value = text.slice(text.indexOf('=') + 1)
  try {
    return JSON.parse(value)
  } catch {
    if (/^[[{"]/.test(value)) throw new UsageError(`The value of "${text}" is not valid JSON.`)
    return value
  }
}

function withField(before: unknown, fields: readonly string[], value: unknown): unknown {
  const [field, ...rest] = fields
  if (field === undefined) return value
  const object =
    typeof before === 'object' && before !== null && !Array.isArray(before) ? (before as Document) : {}
  return { ...object, [field]: withField(object[field], rest, value) }
}
