import type { ReleaseRow } from '../store/schema.ts'

const IMAGE_PREFIX = 'image:'

/** The engine's id of the image that a release is made of; undefined where it is a tree. */
export function imageOf({ artifact_digest }: Pick<ReleaseRow, 'artifact_digest'>): string | undefined {
  return artifact_digest.startsWith(IMAGE_PREFIX) ? artifact_digest.slice(IMAGE_PREFIX.length) : undefined
}
