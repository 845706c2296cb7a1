import { z } from 'zod'
import { parsePasswordHash } from '../password-hash.ts'
import { lineOfText, networks, urlPath } from './fields.ts'

/** As `hashPassword` writes it. */
const passwordHash = z
  .string()
  .max(500)
  .refine(
    text => parsePasswordHash(text) !== undefined,
    'must be a hash such as "scrypt$16384$8$5$salt$hash"; a password in clear is taken by `seaworthy traffic set` only, which hashes it',
  )

/** RFC 7617, 2: a colon ends the name. */
const userName = lineOfText.max(100).regex(/^[^:]*$/, 'may not hold ":"')

const hashedUser = z.strictObject({ name: userName, passwordHash })

/** At most one of the two; with neither, the user keeps the password that is set for that name and path. */
const givenUser = z
  .strictObject({
    name: userName,
    password: z.string().min(1).max(1000).optional(),
    passwordHash: passwordHash.optional(),
  })
  .refine(user => user.password === undefined || user.passwordHash === undefined, {
    path: ['password'],
    message: 'comes beside passwordHash: give one of the two',
  })

const basicAuthOf = <User extends z.ZodType<{ name: string }>>(user: User) =>
  z.strictObject({
    /** Asked for under this path. */
    path: urlPath.default('/'),
    /** What the browser shows. */
    realm: lineOfText
      .max(100)
      .regex(/^[\x20-\x7e]*$/, 'may hold printable ASCII characters only')
      .default('Restricted'),
    users: z
      .array(user)
      .min(1, 'needs at least one user: without one nobody could sign in')
      .max(100)
      .refine(users => new Set(users.map(({ name }) => name)).size === users.length, 'names a user twice'),
  })

const accessOf = <User extends z.ZodType<{ name: string }>>(user: User) =>
  z.strictObject({
    /** Addresses and networks; everybody else is refused. */
    allow: networks.min(1, 'must not be empty: leave it out to allow everybody').optional(),
    /** Refused also when allowed. */
    deny: networks.optional(),
    basicAuth: z
      .array(basicAuthOf(user))
      .max(50)
      .refine(list => new Set(list.map(({ path }) => path)).size === list.length, 'names a path twice')
      .optional(),
  })

export const accessSchema = accessOf(hashedUser)
/** What people send: passwords may be in clear. */
export const givenAccessSchema = accessOf(givenUser)

export type AccessSettings = z.output<typeof accessSchema>
export type GivenAccess = z.output<typeof givenAccessSchema>
