import { lookup } from 'mrmime'

/** The media type of a file by its extension, with `charset=utf-8` for text; bytes of no known kind otherwise. */
export function contentType(path: string): string {
  const type = OWN_TYPES[extension(path)] ?? lookup(path) ?? 'application/octet-stream'
  return isText(type) ? `${type}; charset=utf-8` : type
}

/** What the table of the library lacks or names otherwise. */
const OWN_TYPES: Readonly<Record<string, string>> = {
  ico: 'image/x-icon',
  webmanifest: 'application/manifest+json',
  br: 'application/octet-stream',
}

function extension(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase()
}

const TEXT_TYPES = new Set(['application/javascript', 'application/json', 'application/xml', 'image/svg+xml'])

function isText(type: string): boolean {
  return type.startsWith('text/') || TEXT_TYPES.has(type) || /\+(json|xml)$/.test(type)
}
