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
  const named = joinedValue(headers, 'vary')?.toLowerCase().split(',') ?? []
  const isCovered = named.some(name => name.trim() === '*' || name.trim() === field.toLowerCase())
  if (!isCovered) addToList(headers, 'Vary', field)
}

/** Adds an element to the end of a list field, in the last line of that name or a new one. */
export function addToList(headers: string[], name: string, element: string): void {
  const lowerCaseName = name.toLowerCase()
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (!isNamed(headers[index]!, lowerCaseName)) continue
    headers[index + 1] = headers[index + 1] === '' ? element : `${headers[index + 1]}, ${element}`
    return
  }
  headers.push(name, element)
}

function isNamed(name: string, lowerCaseName: string): boolean {
  return (
    name.length === lowerCaseName.length && (name === lowerCaseName || name.toLowerCase() === lowerCaseName)
  )
}
