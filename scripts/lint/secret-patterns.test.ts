import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createMasterKey } from '@seaworthy/kit'
import { createApiTokenFormat } from '@seaworthy/kit/api-token'
import { describe, expect, test } from 'vitest'
import { findSecrets, isSecretFile } from './secret-patterns.ts'

/** Made here, so that this file holds none. */
const random = (length: number) => randomBytes(length).toString('hex').slice(0, length)
const upper = (length: number) => random(length).toUpperCase()
const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const SECRETS: [kind: string, text: string][] = [
  ['a private key', privateKey],
  ['a private key', JSON.stringify({ key: privateKey })],
  ['a private key', privateKey.replaceAll('PRIVATE KEY', 'RSA PRIVATE KEY')],
  ["a platform's master key", JSON.stringify({ keys: [createMasterKey()] })],
  ['an API token of a platform', createApiTokenFormat({ prefix: 'swt_' }).make()],
  ['a session or invitation token of a platform', `swa_${randomBytes(32).toString('base64url')}`],
  ['a session or invitation token of a platform', `swr_${randomBytes(32).toString('base64url')}`],
  ['an AWS key', `AKIA${upper(16)}`],
  ['a GitHub token', `ghp_${random(36)}`],
  ['a GitHub token', `github_pat_${random(70)}`],
  ['a GitLab token', `glpat-${random(20)}`],
  ['an npm token', `npm_${random(36)}`],
  ['a registry token', `//registry.example.org/:_authToken=${random(30)}`],
  ['a Slack token', `xoxb-${random(30)}`],
  ['a Stripe key', `sk_live_${random(24)}`],
  ['a Google key', `AIza${random(35)}`],
  ['an AI provider key', `sk-ant-${random(60)}`],
  ['a JWT', `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: random(20) })}.${random(43)}`],
]

describe('what was committed by mistake', () => {
  test.each(SECRETS)('%s is found with its line, and not repeated', (kind, secret) => {
    const found = findSecrets(`first line\nconst value = '${secret}'\nlast line`)

    expect(found).toEqual([{ line: 2, kind }])
    expect(JSON.stringify(found)).not.toContain(secret)
  })

  test('several are found, in the order of their lines', () => {
    const text = `\n${SECRETS.at(-1)![1]}\n\nghp_${random(36)} npm_${random(36)}`

    expect(findSecrets(text)).toEqual([
      { line: 2, kind: 'a JWT' },
      { line: 4, kind: 'a GitHub token' },
      { line: 4, kind: 'an npm token' },
    ])
  })
})

describe('what is none', () => {
  test.each([
    'if (text.startsWith("-----BEGIN PRIVATE KEY-----")) refuse()',
    `swt_${'x'.repeat(49)}`,
    'swt_…',
    'a sw_thing and a swap_file_name_that_is_rather_long_for_a_file_name',
    `const digest = "sha512-${'q4l5lXwq'.repeat(8)}=="`,
    'AKIA is what AWS keys begin with',
    `ghp_${'a'.repeat(36)}`,
    '{ "key": "short" }',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in such a file
    '//registry.example.org/:_authToken=${REGISTRY_TOKEN_OF_CI}',
    'https://user:password@example.org',
  ])('%s is left alone', text => {
    expect(findSecrets(text)).toEqual([])
  })

  test('a line that says so is left alone, and only that line', () => {
    const token = `ghp_${random(36)}`

    expect(findSecrets(`${token} // not a secret: from their documentation\n${token}`)).toEqual([
      { line: 2, kind: 'a GitHub token' },
    ])
  })
})

test.each(['.env', 'apps/shop/.env.production', 'id_ed25519', 'keys/master.json', 'tls/server.key', 'a.pem'])(
  'the file %s is refused by its name',
  path => {
    expect(isSecretFile(path)).toBe(true)
  },
)

test.each(['.env.example', 'docs/keys.md', 'src/env.ts', 'key.ts', 'src/keyring.ts', 'package.json'])(
  'the file %s is not',
  path => {
    expect(isSecretFile(path)).toBe(false)
  },
)
