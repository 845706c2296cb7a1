import { dockerErrors } from './errors.ts'

export interface ImageReference {
  /** Host of the registry, `docker.io` where none is named. */
  registry: string
  /** With the registry where one was named: `nginx`, `registry.example.com/team/shop`. */
  repository: string
  tag?: string
  /** `sha256:<64 hex>` */
  digest?: string
}

const NAME_PART = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const HOST = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?$/

/**
 * Splits `[host[:port]/]name[:tag][@digest]`, the form of the distribution project (reference.go).
 * @throws `image_reference_invalid`
 */
export function parseImageReference(text: string): ImageReference {
  const [named = '', digest, ...rest] = text.split('@')
  const slash = named.lastIndexOf('/')
  const colon = named.indexOf(':', slash + 1)
  const repository = colon < 0 ? named : named.slice(0, colon)
  const tag = colon < 0 ? undefined : named.slice(colon + 1)
  const parts = repository.split('/')
  const host = hasHost(parts) ? parts.shift()! : undefined
  const isWellFormed =
    rest.length === 0 &&
    text.length <= 512 &&
    parts.every(part => NAME_PART.test(part)) &&
    (host === undefined || HOST.test(host)) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest))
  if (!isWellFormed) throw dockerErrors.image_reference_invalid({ reference: shortened(text) })
  return { registry: host ?? 'docker.io', repository, tag, digest }
}

/** As the engine lists it: Docker Hub's own prefix left out, and a tag where nothing else is named. */
export function familiarName(text: string): string {
  const { repository, tag, digest } = parseImageReference(text)
  const name = repository.replace(/^(index\.)?docker\.io\/(library\/)?/, '').replace(/^library\//, '')
  return digest ? `${name}@${digest}` : `${name}:${tag ?? 'latest'}`
}

/** The first part names a host when it could not be a plain name: as Docker decides it. */
function hasHost(parts: string[]): boolean {
  const [first = ''] = parts
  return parts.length > 1 && (/[.:]/.test(first) || first === 'localhost')
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 197)}...` : text || '(nothing)'
}
