/** Checks of single values that came from a socket or a file. Each throws `InvalidRouteTable` with the value's path. */

/** A route table that the edge must not take. `path` names the wrong value, as `routes[3].hosts[0]`. */
export class InvalidRouteTable extends Error {
  readonly code = 'ROUTES_INVALID_TABLE'
  readonly path: string

  constructor(path: string, expected: string) {
    super(`The route table is not valid: ${path || 'the table'} must be ${expected}.`)
    this.name = 'InvalidRouteTable'
    this.path = path
  }
}

export function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new InvalidRouteTable(path, 'an object')
}

export function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value
  throw new InvalidRouteTable(path, 'a list')
}

export function text(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
  throw new InvalidRouteTable(path, 'a text that is not empty')
}

/** RFC 9110, 5.5: visible characters, spaces and tabs; nothing that could end the line. */
const HEADER_VALUE = /^[\t -~\x80-\xff]*$/

export function headerValue(value: unknown, path: string): string {
  if (typeof value === 'string' && HEADER_VALUE.test(value)) return value
  throw new InvalidRouteTable(path, 'a header value')
}

export function integer(value: unknown, path: string, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number
  throw new InvalidRouteTable(path, `a whole number from ${least} to ${most}`)
}

export function oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T
  throw new InvalidRouteTable(path, `one of ${allowed.join(', ')}`)
}

/** Undefined stays undefined. */
export function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : parse(value)
}

export function each<T>(value: unknown, path: string, parse: (item: unknown, path: string) => T): T[] {
  return list(value, path).map((item, index) => parse(item, `${path}[${index}]`))
}

export function flag(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  throw new InvalidRouteTable(path, 'true or false')
}

export function absolutePath(value: unknown, path: string): string {
  const file = text(value, path)
  if (file.startsWith('/')) return file
  throw new InvalidRouteTable(path, 'an absolute path')
}

export function refuse(path: string, expected: string): never {
  throw new InvalidRouteTable(path, expected)
}
