/** Below this many bytes an answer fits one packet with its head, and a coding saves nothing that anybody notices. */
export const LEAST_BYTES = 1_024

/** Whether content of this type gets smaller by a coding, and may be held back for it. Events may not. */
export function isCompressible(contentType: string): boolean {
  const end = contentType.indexOf(';')
  const type = (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
  if (type.startsWith('text/')) return type !== 'text/event-stream'
  return OTHER_TYPES.has(type) || type.endsWith('+json') || type.endsWith('+xml') || type.endsWith('+text')
}

/** Formats that are not packed in themselves. */
const OTHER_TYPES = new Set([
  'application/javascript',
  'application/x-javascript',
  'application/ecmascript',
  'application/json',
  'application/jsonl',
  'application/x-ndjson',
  'application/ndjson',
  'application/graphql',
  'application/xml',
  'application/xhtml',
  'application/x-yaml',
  'application/yaml',
  'application/toml',
  'application/sql',
  'application/rtf',
  'application/wasm',
  'application/x-web-app-manifest+json',
  'application/vnd.ms-fontobject',
  'application/x-font-ttf',
  'application/x-font-opentype',
  'font/ttf',
  'font/otf',
  'font/collection',
  'image/bmp',
  'image/x-icon',
  'image/vnd.microsoft.icon',
])
