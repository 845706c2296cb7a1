import { scryptSync } from 'node:crypto'
import { accessSchema } from '@seaworthy/routes/settings'
import { expect, test } from 'vitest'
import { hashPassword, hashPasswords, withoutPasswords } from './basic-auth-passwords.ts'

test('a hash says how it was made, so that anybody can check a password against it', async () => {
  const hash = await hashPassword('tide and lantern')

  const [kind, N, r, p, salt, key] = hash.split('$')
  const again = scryptSync('tide and lantern', Buffer.from(salt!, 'base64url'), 32, {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  })
  expect(kind).toBe('scrypt')
  expect(again.toString('base64url')).toBe(key)
  expect(await hashPassword('tide and lantern')).not.toBe(hash)
})

test('passwords in clear are gone after hashing, and what was hashed before is kept by its name', async () => {
  const present = accessSchema.parse({
    basicAuth: [{ path: '/', users: [{ name: 'ada', passwordHash: await hashPassword('old') }] }],
  })
  const shown = withoutPasswords(present)
  const given = {
    basicAuth: [
      {
        ...shown.basicAuth![0]!,
        users: [{ name: 'ada' }, { name: 'bob', password: 'new' }, { name: 'eve' }],
      },
    ],
  }

  const { access, missing } = await hashPasswords(given, present)

  expect(JSON.stringify(shown)).not.toContain('scrypt')
  expect(access.basicAuth?.[0]?.users[0]).toEqual(present.basicAuth?.[0]?.users[0])
  expect(accessSchema.parse(access).basicAuth?.[0]?.users[1]?.passwordHash).toMatch(/^scrypt\$/)
  expect(JSON.stringify(access)).not.toContain('"new"')
  expect(missing).toEqual([{ path: ['basicAuth', 0, 'users', 2], name: 'eve' }])
})

test('access without names and passwords stays as it is', async () => {
  expect(await hashPasswords({ deny: ['192.0.2.1'] }, undefined)).toEqual({
    access: { deny: ['192.0.2.1'] },
    missing: [],
  })
})
