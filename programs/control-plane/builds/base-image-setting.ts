import { BASE_IMAGE_NAMES } from '@seaworthy/builder/base-images'

/**
 * Reads `go=registry.example.com/go:1.25,debian=…`.
 * @throws an error that names what is wrong
 */
export function parseBaseImages(text: string): Record<string, string> {
  const pairs = text.split(',').map(part => part.trim())
  return Object.fromEntries(pairs.filter(part => part !== '').map(readPair))
}

function readPair(part: string): [string, string] {
  const [name = '', ...rest] = part.split('=')
  const image = rest.join('=').trim()
  const known: readonly string[] = BASE_IMAGE_NAMES
  if (!known.includes(name.trim())) throw new Error(`"${name}" is none of ${known.join(', ')}`)
  if (!/^[a-z0-9][\w./:@-]{0,254}$/.test(image)) throw new Error(`"${image}" is not the name of an image`)
  return [name.trim(), image]
}
