/** From what is typed to the limits that the API takes. Pure. */
import { LIMIT_NAMES, type Resources } from '@seaworthy/runtime/resources'
import { UsageError } from '../exit-codes.ts'

type Document = Record<string, unknown>

const FIELDS: readonly string[] = [...LIMIT_NAMES, 'recycle.memoryMb', 'recycle.afterHours']

/** `memoryMb=768` for every process, `worker.memoryMb=768` for one; whether a number is possible is for the platform. */
export function withLimits(own: Resources, texts: readonly string[]): Document {
  return texts.reduce((document, text) => {
    const [, name = '', value = ''] = /^([^=]+)=(-?\d{1,9}(?:\.\d{1,3})?)$/.exec(text) ?? []
    if (name === '')
      throw new UsageError(`"${text}" is not a limit and a number, such as memoryMb=768 or worker.cpus=0.5.`)
    return changed(document, pathOf(name), Number(value))
  }, structuredClone(own) as Document)
}

/** Those that are named are the release's, or the platform's, again. */
export function withoutLimits(own: Resources, names: readonly string[]): Document {
  return names.reduce(
    (document, name) => changed(document, pathOf(name), undefined),
    structuredClone(own) as Document,
  )
}

function pathOf(name: string): string[] {
  if (FIELDS.includes(name)) return name.split('.')
  const [process = '', ...rest] = name.split('.')
  if (!FIELDS.includes(rest.join('.')))
    throw new UsageError(
      `There is no limit "${name}". There are ${FIELDS.join(', ')}, each also as worker.memoryMb.`,
    )
  return ['perProcess', process, ...rest]
}

/** What becomes empty by it goes, too. */
function changed(
  document: Document,
  [field = '', ...rest]: readonly string[],
  value: number | undefined,
): Document {
  const { [field]: before, ...others } = document
  const after = rest.length === 0 ? value : changed((before ?? {}) as Document, rest, value)
  const isNothing = after === undefined || (typeof after === 'object' && Object.keys(after).length === 0)
  return isNothing ? others : { ...others, [field]: after }
}
