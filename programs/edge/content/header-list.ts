/** Headers as the edge carries them: name, value, name, value … in one list. */

/** The value of the first header of that name, by any spelling. */
export function headerValue(headers: readonly string[], lowerCaseName: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (isNamed(headers[index]!, lowerCaseName)) return headers[index + 1]
  }
  return undefined
}

/** All values under that name as one list (RFC 9110, 5.3). */
export function joinedValue(headers: readonly string[], lowerCaseName: string): string | undefined {
  let joined: string | undefined
  for (let index = 0; index < headers.length; index += 2) {
    if (!isNamed(headers[index]!, lowerCaseName)) continue
    joined = joined === undefined ? headers[index + 1]! : `${joined}, ${headers[index + 1]}`
  }
  return joined
}

export function removeHeader(headers: string[], lowerCaseName: string): void {
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (isNamed(headers[index]!, lowerCaseName)) headers.splice(index, 2)
  }
}

/** Puts the value in the place of all that was said under that name. */
export function replaceHeader(headers: string[], name: string, value: string): void {
  removeHeader(headers, name.toLowerCase())
  headers.push(name, value)
}

/** Adds a field to `Vary`, unless it is there or everything varies already. */
export function addVary(headers: string[], field: string): void {
  for (let index = 0; index < headers.length; index += 2) {
    if (!isNamed(headers[index]!, 'vary')) continue
    const named = headers[index + 1]!.toLowerCase()
      .split(',')
      .map(name => name.trim())
    if (named.includes('*') || named.includes(field.toLowerCase())) return
    if (index === lastVary(headers)) {
      headers[index + 1] = headers[index + 1] === '' ? field : `${headers[index + 1]}, ${field}`
      return
    }
  }
  headers.push('Vary', field)
}

function lastVary(headers: readonly string[]): number {
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (isNamed(headers[index]!, 'vary')) return index
  }
  return -1
}

function isNamed(name: string, lowerCaseName: string): boolean {
  return (
    name.length === lowerCaseName.length && (name === lowerCaseName || name.toLowerCase() === lowerCaseName)
  )
}
