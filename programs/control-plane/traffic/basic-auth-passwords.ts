import { randomBytes, scrypt } from 'node:crypto'
import type { AccessSettings, GivenAccess } from '@seaworthy/routes/settings'

/** As strong as OWASP's password storage sheet asks for, in the smallest memory it allows: the edge checks them. */
const COST = { N: 16_384, r: 8, p: 5 }
const SALT_BYTES = 16
const HASH_BYTES = 32

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url (RFC 7914). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await new Promise<Buffer>((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)))
  })
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** A user who was given neither a password nor a hash, and has none to keep. */
export interface MissingPassword {
  path: (string | number)[]
  name: string
}

/**
 * Replaces passwords in clear by their hashes. A user without either keeps the hash that `present` has for the same
 * path and name, so that what is shown without hashes can be sent back.
 */
export async function hashPasswords(
  given: GivenAccess,
  present: AccessSettings | undefined,
): Promise<{ access: AccessSettings; missing: MissingPassword[] }> {
  const missing: MissingPassword[] = []
  const basicAuth = []
  for (const [index, auth] of (given.basicAuth ?? []).entries()) {
    const users = []
    for (const [position, { name, password, passwordHash }] of auth.users.entries()) {
      const known = passwordHash ?? hashOf(present, auth.path, name)
      const hash = password === undefined ? known : await hashPassword(password)
      if (hash === undefined) missing.push({ path: ['basicAuth', index, 'users', position], name })
      else users.push({ name, passwordHash: hash })
    }
    basicAuth.push({ ...auth, users })
  }
  const { basicAuth: _, ...rest } = given
  return { access: given.basicAuth ? { ...rest, basicAuth } : rest, missing }
}

/** For people: with the names of the users, without their hashes. */
export function withoutPasswords(access: AccessSettings): GivenAccess {
  if (!access.basicAuth) return access
  const basicAuth = access.basicAuth.map(auth => ({
    ...auth,
    users: auth.users.map(({ name }) => ({ name })),
  }))
  return { ...access, basicAuth }
}

function hashOf(access: AccessSettings | undefined, path: string, name: string): string | undefined {
  const auth = access?.basicAuth?.find(entry => entry.path === path)
  return auth?.users.find(user => user.name === name)?.passwordHash
}
