/** Values for a JSON Schema: what it describes, and what nobody expects. */
import fc from 'fast-check'

export type Schema = { [key: string]: unknown } | boolean

/** Texts that have broken programs before. */
const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  '\r\nX-Injected: 1',
  '../../../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  "' or '1'='1",
  '"; drop table apps; --',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '\ud800',
  '\u202egnp.exe',
  'аpple', // a Cyrillic а
  '🏴‍☠️'.repeat(50),
  'x'.repeat(10_000),
  '9'.repeat(400),
  '-1',
  '1e309',
  'NaN',
  'null',
  'true',
]

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

const NASTY_VALUES: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: nastyText },
  {
    weight: 2,
    arbitrary: fc.constantFrom(null, true, 0, -0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], [null]),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constant(nested(200)) },
)

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : [nested(depth - 1)]
}

export interface SchemaArbitraryOptions {
  /** Finds what `#/components/schemas/App` names. */
  resolve(reference: string): Schema
  /** How many of a hundred values are something else than the schema says; 0 for good ones alone. */
  nastyPercent: number
}

/** Made once for each schema: making an arbitrary costs much more than drawing a value from it. */
export function schemaArbitrary(schema: Schema, options: SchemaArbitraryOptions): fc.Arbitrary<unknown> {
  return new Maker(options).make(schema, 0)
}

const MAX_DEPTH = 6

class Maker {
  readonly #options: SchemaArbitraryOptions

  constructor(options: SchemaArbitraryOptions) {
    this.#options = options
  }

  make(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const good = this.#good(schema, depth)
    const { nastyPercent } = this.#options
    if (nastyPercent === 0) return good
    return fc.oneof(
      { weight: 100 - nastyPercent, arbitrary: good },
      { weight: nastyPercent, arbitrary: NASTY_VALUES },
    )
  }

  #good(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (typeof schema === 'boolean' || depth > MAX_DEPTH) return fc.jsonValue({ maxDepth: 1 })
    if (typeof schema.$ref === 'string') return this.#good(this.#options.resolve(schema.$ref), depth + 1)
    if ('const' in schema) return fc.constant(schema.const)
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
    const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
    if (choices) return fc.oneof(...choices.map(choice => this.#good(choice, depth + 1)))
    return this.#byType(schema, depth)
  }

  #byType(schema: { [key: string]: unknown }, depth: number): fc.Arbitrary<unknown> {
    switch (schema.type) {
      case 'string':
        return textArbitrary(schema)
      case 'integer':
      case 'number':
        return numberArbitrary(schema)
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      case 'array':
        return this.#array(schema, depth)
      case 'object':
        return this.#object(schema, depth)
      default:
        return fc.jsonValue({ maxDepth: 2 })
    }
  }

  #array(
    { items = true, minItems, maxItems }: { [key: string]: unknown },
    depth: number,
  ): fc.Arbitrary<unknown> {
    const minLength = Number(minItems ?? 0)
    const maxLength = Math.max(minLength, Math.min(Number(maxItems ?? 4), 4))
    return fc.array(this.make(items as Schema, depth + 1), { minLength, maxLength })
  }

  #object(schema: { [key: string]: unknown }, depth: number): fc.Arbitrary<unknown> {
    const properties = (schema.properties ?? {}) as Record<string, Schema>
    const required = (schema.required ?? []) as string[]
    if (Object.keys(properties).length === 0 && typeof schema.additionalProperties === 'object')
      return this.#dictionary(schema, depth)
    const values = Object.entries(properties).map(
      ([name, value]) => [name, this.make(value, depth + 1)] as const,
    )
    const { nastyPercent } = this.#options
    const record = fc.record(Object.fromEntries(values), { requiredKeys: required as never[] })
    if (nastyPercent === 0) return record
    // Now and then something is missing, or too much.
    return fc.oneof(
      { weight: 100 - nastyPercent, arbitrary: record },
      { weight: nastyPercent, arbitrary: fc.record(Object.fromEntries(values), { requiredKeys: [] }) },
      {
        weight: nastyPercent,
        arbitrary: fc
          .tuple(record, nastyText, NASTY_VALUES)
          .map(([given, name, value]) => ({ ...given, [name]: value })),
      },
    )
  }

  #dictionary(schema: { [key: string]: unknown }, depth: number): fc.Arbitrary<unknown> {
    const names = schema.propertyNames as Schema | undefined
    const key = names === undefined ? fc.string({ maxLength: 20 }) : this.#good(names, depth + 1).map(String)
    const value = this.make(schema.additionalProperties as Schema, depth + 1)
    return fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true })
  }
}

function textArbitrary(schema: { [key: string]: unknown }): fc.Arbitrary<string> {
  const minLength = Number(schema.minLength ?? 0)
  const maxLength = Math.min(Number(schema.maxLength ?? 60), 300)
  const plain = fc.string({ minLength, maxLength: Math.max(minLength, maxLength) })
  if (schema.format === 'email') return fc.emailAddress()
  if (schema.format === 'date-time') return dateText()
  if (schema.format === 'uri') return fc.webUrl()
  if (typeof schema.pattern !== 'string') return plain
  const found = matching(schema.pattern, plain)
  return found?.filter(text => text.length >= minLength && text.length <= maxLength) ?? plain
}

function dateText(): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
    .map(date => date.toISOString())
}

/** Patterns that only forbid characters: to turn them round, fast-check would list all others, which takes seconds. */
const FORBIDS = /\\P|\[\^/

/** Undefined for a pattern that fast-check cannot turn round. */
function matching(pattern: string, plain: fc.Arbitrary<string>): fc.Arbitrary<string> | undefined {
  try {
    const regex = new RegExp(pattern, 'u')
    if (FORBIDS.test(pattern)) return plain.filter(text => regex.test(text))
    return fc.stringMatching(regex, { maxLength: 60 } as never)
  } catch {
    return undefined
  }
}

function numberArbitrary({
  type,
  minimum,
  maximum,
  exclusiveMinimum,
}: {
  [key: string]: unknown
}): fc.Arbitrary<number> {
  const min = Number(minimum ?? exclusiveMinimum ?? -1000)
  const max = Math.max(min, Number(maximum ?? min + 2000))
  if (type === 'integer')
    return fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) })
  return fc.double({ min, max, noNaN: true })
}
