import { hash } from 'node:crypto'

/** How a token that we made is kept: whoever reads the database cannot use it. Its many random bits need no slow hash. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'base64url')
}
