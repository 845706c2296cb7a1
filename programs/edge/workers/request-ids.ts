import { randomBytes } from 'node:crypto'

/**
 * Ids that no other request on earth gets: 96 random bits for the thread, and a number. Cheap, because it is made for
 * each request; it is a name to find a request by, not a secret.
 */
export function createRequestIds(): () => string {
  const prefix = randomBytes(12).toString('base64url')
  let count = 0
  return () => `${prefix}-${(count++).toString(36)}`
}
