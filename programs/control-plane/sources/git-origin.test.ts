import { createKeyRing, createMasterKey } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { isLocalGitUrl, openGitOrigin, sealGitOrigin, withoutCredentials } from './git-origin.ts'

const key = createMasterKey()
const keyRing = createKeyRing({ keys: [key], primary: key.id })

test('a token in the URL is kept sealed, and comes back for the fetch', () => {
  const origin = { url: 'https://bot:planted-token@example.com/shop.git', ref: 'main', subdirectory: 'site' }

  const stored = sealGitOrigin(origin, keyRing, 'app_1')

  expect(JSON.stringify(stored)).not.toContain('planted-token')
  expect(stored.url).toBe('https://example.com/shop.git')
  expect(openGitOrigin(stored, keyRing, 'app_1')).toEqual(origin)
})

test('a URL without credentials is kept as it is', () => {
  const origin = { url: 'https://example.com/shop.git', ref: undefined, subdirectory: undefined }

  expect(sealGitOrigin(origin, keyRing, 'app_1')).toEqual(origin)
})

test('a sealed URL does not open for another app', () => {
  const stored = sealGitOrigin({ url: 'https://token@example.com/shop.git' }, keyRing, 'app_1')

  expect(() => openGitOrigin(stored, keyRing, 'app_2')).toThrow()
})

test('credentials are cut from the place where they stand and nowhere else', () => {
  expect(withoutCredentials('https://a:b@example.com/x@y')).toBe('https://example.com/x@y')
  expect(withoutCredentials('https://a@b:c@example.com/x')).toBe('https://example.com/x')
  expect(withoutCredentials('file:///srv/a@b')).toBe('file:///srv/a@b')
})

test('a folder of the machine is known however it is written', () => {
  const local = ['file:///srv/app.git', 'FILE:///srv/app.git', 'file:/srv/app', ' file:///srv/app.git']

  expect(local.map(isLocalGitUrl)).toEqual([true, true, true, true])
  expect(['https://example.org/file:.git', '/srv/app.git', ''].map(isLocalGitUrl)).toEqual([
    false,
    false,
    false,
  ])
})
