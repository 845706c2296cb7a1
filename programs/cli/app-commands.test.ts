import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { beforeAll, expect, test } from 'vitest'
import { smallApp, startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }

let url: string

beforeAll(async () => {
  ;({ url } = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  }))
})

async function signedIn(): Promise<TestUser> {
  const ada = new TestUser({ SEAWORTHY_URL: url })
  await ada.with({ stdin: `${OWNER.password}\n` }, 'login', '--email', OWNER.email, '--password-stdin')
  return ada
}

test('apps are tagged, stopped, started, cloned, exported, imported and deleted, several at a time', async () => {
  const ada = await signedIn()
  const apps = (...words: string[]) => ada.seaworthy('apps', ...words)
  for (const slug of ['shop', 'blog']) await apps('create', slug)

  expect((await apps('tag', 'shop', 'blog', '--add', 'sales', 'eu')).stdout).toMatch(/^shop +done/m)
  expect((await apps('list', '--tag', 'sales')).stdout).toMatch(/^shop +active .* eu sales /m)
  expect((await apps('--tag', 'none')).stdout).toBe('No app has the tag none.\n')
  expect(await apps('stop', 'shop', 'nobody')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^nobody +refused +There is no app nobody\.$/m),
  })
  expect((await apps('list')).stdout).toMatch(/^shop +stopped /m)
  expect((await apps('start', 'shop')).code).toBe(0)

  expect((await apps('clone', 'shop', 'shop-two')).stdout).toContain('shop-two has no code yet.')
  const file = join(temporaryFolder().path, 'shop.tar.gz')
  expect((await apps('export', 'shop', file)).stdout).toContain(`Wrote ${file}`)
  expect(existsSync(file)).toBe(true)
  expect((await apps('import', file, '--slug', 'shop-three')).stdout).toContain('shop-three has no code yet.')
  expect((await apps('import', '/no/such/file')).code).toBe(2)

  expect((await apps('delete', 'shop-two', 'shop-three')).code).toBe(2)
  expect((await apps('delete', 'shop-two', 'shop-three', '--confirm', '2')).code).toBe(0)
  expect((await apps('trash')).stdout).toContain('shop-three')
})

test('the limits of an app tell what was refused to it lately', async () => {
  const ada = await signedIn()
  const server = `import { createServer } from 'node:http'
const line = 'never read '.repeat(20_000) + '\\n'
const pour = () => process.stdout.write(line, () => setTimeout(pour, 20))
pour()
createServer((_, response) => response.end('VERSION')).listen(process.env.PORT)
`
  await ada.seaworthy('deploy', smallApp('one', { server, name: 'loud' }))

  const told = await waitFor(
    async () => {
      const { stdout } = await ada.seaworthy('limits', '--app', 'loud')
      return / s ago {2}web prints \d+ MB a second/.test(stdout) && stdout
    },
    { what: 'the sentence', timeoutMs: 40_000 },
  )
  const json = await ada.seaworthy('limits', '--app', 'loud', '--json')

  expect(told).toMatch(/^web +memoryMb /m)
  expect(JSON.parse(json.stdout).lately[0].sentence).toMatch(/^web prints /)
}, 90_000)
