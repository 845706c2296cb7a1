import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { checkForBakedSecrets } from './secret-tripwire.ts'

const SECRET = 'tripwire-s3cret/value'
const signal = new AbortController().signal

function tree(files: Record<string, string>): string {
  const directory = temporaryFolder().path
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return directory
}

async function check(directory: string, secrets: Record<string, string>, publicRoot?: string) {
  const warnings: string[] = []
  const warn = (text: string) => warnings.push(text)
  await checkForBakedSecrets({ directory, secrets, publicRoot, warn, signal })
  return warnings
}

test.each([
  ['as it is', `const key="${SECRET}"`],
  ['in base64', `atob("${Buffer.from(`bot:${SECRET}`).toString('base64')}")`],
  ['in a URL', `fetch("/?key=${encodeURIComponent(SECRET)}")`],
  ['in hex', Buffer.from(SECRET).toString('hex')],
  ['in the middle of much else', `${'x'.repeat(1_048_570)}${SECRET}${'y'.repeat(3_000_000)}`],
])('a secret in a public file, %s, is refused with file and name', async (_, content) => {
  const directory = tree({ 'dist/index.html': 'hello', 'dist/assets/app.js': content })

  const checked = check(directory, { OTHER: 'something-else', API_KEY: SECRET }, 'dist')

  await expect(checked).rejects.toMatchObject({
    code: 'secret_in_public_files',
    status: 422,
    message: expect.stringMatching(/the secret API_KEY into dist\/assets\/app\.js.*--plain/s),
  })
  await expect(checked).rejects.toMatchObject({ message: expect.not.stringContaining(SECRET) })
})

test('what is not public is told and not refused, and what was installed is not looked at', async () => {
  const directory = tree({
    '.next/server/page.js': SECRET,
    '.env.production': `API_KEY=${SECRET}`,
    'node_modules/x/index.js': SECRET,
    'public/index.html': 'hello',
  })

  const warnings = await check(directory, { API_KEY: SECRET }, 'public')

  expect(warnings.toSorted()).toEqual([
    expect.stringContaining('the secret API_KEY into .env.production'),
    expect.stringContaining('the secret API_KEY into .next/server/page.js'),
  ])
})

test('of a key file its own lines are found, and its headers, which many files hold, are not', async () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n'
  const library = tree({ 'dist/jose.js': 'if (text.startsWith("-----BEGIN PRIVATE KEY-----")) {}' })
  const leak = tree({ 'dist/app.js': JSON.stringify(pem) })

  expect(await check(library, { KEY: pem }, 'dist')).toEqual([])
  await expect(check(leak, { KEY: pem }, 'dist')).rejects.toMatchObject({ code: 'secret_in_public_files' })
})

test('short values, empty ones and apps without secrets are no hits', async () => {
  const directory = tree({ 'dist/app.js': 'true 1234567 production' })

  expect(await check(directory, { A: '1234567', B: '', C: '   ' }, 'dist')).toEqual([])
  expect(await check(directory, {}, 'dist')).toEqual([])
})

test('links and a missing folder are passed over', async () => {
  const directory = tree({ 'a.txt': 'x' })
  symlinkSync('/proc', join(directory, 'link'))

  expect(await check(directory, { API_KEY: SECRET }, 'dist')).toEqual([])
})
