/** Env vars and secrets as a versioned document, through the command line and the logs of a real app. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { versionOf } from './harness/apps.ts'
import { BOB, firstOwner, joinBy } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import type { Terminal } from './harness/terminal.ts'

const SECRET = 'planted-Secret/value+7391'
const FORMS = [SECRET, Buffer.from(SECRET).toString('base64'), Buffer.from(SECRET).toString('hex')]

/** Answers with its variables, and tells everything it should not, while it is built and while it runs. */
const APP = {
  'package.json': JSON.stringify({
    type: 'module',
    scripts: { build: 'node build.js', start: 'node server.js' },
  }),
  'build.js': `console.log('building with', process.env.API_KEY, process.env.REGION)`,
  'server.js': `import { createServer } from 'node:http'
const { GREETING, COLOUR, REGION, API_KEY = '' } = process.env
console.log('the key is', API_KEY, Buffer.from(API_KEY).toString('base64'), Buffer.from(API_KEY).toString('hex'))
createServer((_, response) => response.end(JSON.stringify({ GREETING, COLOUR, REGION, length: API_KEY.length })))
  .listen(process.env.PORT)
`,
}

let platform: Platform
let ada: Terminal
let bob: Terminal

beforeAll(async () => {
  platform = await Platform.start({ SEAWORTHY_WATCH_SECONDS: '0.2' })
  ada = await firstOwner(platform)
  bob = await joinBy(ada, platform, BOB, { team: 'default', role: 'developer' })
})

afterAll(() => platform?.destroy())

const app = (...args: string[]) => [...args, '--app', 'shop']
const answer = async () => JSON.parse((await platform.request('shop')).body)

test('what is set before the first deployment is in it, and each change makes a release with it', async () => {
  await ada.good(...app('apps', 'create', 'shop'))
  await ada.good(...app('env', 'set', 'GREETING=Ahoy', 'COLOUR=blue'))
  const secret = await ada.run(app('env', 'set', 'API_KEY', '--secret'), { stdin: `${SECRET}\n` })
  expect(secret).toMatchObject({ code: 0, stdout: expect.stringContaining('first deployment') })

  await ada.good(...app('deploy', versionOf('healthy', 'one', APP)))
  expect(await answer()).toEqual({ GREETING: 'Ahoy', COLOUR: 'blue', length: SECRET.length })
  await bob.good(...app('env', 'set', 'GREETING=Hello'))

  expect(await answer()).toMatchObject({ GREETING: 'Hello' })
  expect(await ada.json(...app('releases'))).toMatchObject([
    { version: 2, reason: 'env', envVersion: 3 },
    { version: 1, reason: 'deploy', envVersion: 2 },
  ])
})

test('the value of a secret is in no answer and no log, in whatever form it was printed', async () => {
  const run = await ada.run([...app('run'), '--', 'node', '-e', 'console.log("key is", process.env.API_KEY)'])
  expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('key is [redacted]') })

  await waitFor(async () => (await ada.good(...app('logs'))).includes('the key is'), { what: 'its line' })
  const commands = [
    'env',
    'env history',
    'env diff v0 v3',
    'env export',
    'env who API_KEY',
    'logs',
    'build-logs',
  ]
  const shown = await Promise.all(commands.map(text => ada.good(...app(...text.split(' ')))))
  const audit = await ada.good('audit', 'export', '-')
  const log = platform.log()

  for (const form of FORMS) for (const text of [...shown, audit, log]) expect(text).not.toContain(form)
  expect(shown[0]).toMatch(/API_KEY +\(secret\) +app/)
  expect(shown[5]).toContain('the key is [redacted] [redacted] [redacted]')
  expect(shown[6]).toContain('building with [redacted]')
})

test('who can use a secret, and what was given it, is told', async () => {
  const who = await ada.good(...app('env', 'who', 'API_KEY'))

  expect(who).toMatch(/ada@example\.org +.*app:run/)
  expect(who).toContain(BOB.email)
  expect(who).toMatch(/instance \(web\) +v2 .*bob@example\.org/)
})

test('history names authors and changes, two versions are compared, an old one is restored', async () => {
  const history = await ada.good(...app('env', 'history'))
  expect(history).toMatch(/v3 +bob@example\.org .*~GREETING/)
  expect(history).toMatch(/v2 +ada@example\.org .*\+API_KEY/)
  expect(await ada.good(...app('env', 'diff', 'v1', 'v3'))).toMatch(
    /\+ +API_KEY +\(secret\)\s+~ +GREETING +Ahoy +Hello/,
  )

  const late = await bob.run(app('env', 'set', 'COLOUR=red', '--base', 'v2'))
  expect(late.code).toBe(1)
  await ada.good(...app('env', 'restore', 'v2'))
  expect(await answer()).toMatchObject({ GREETING: 'Ahoy', length: SECRET.length })
  expect((await ada.json(...app('env'))).version).toBe(4)
})

test('a .env file goes in and comes out, without the values of secrets', async () => {
  writeFileSync(
    join(ada.cwd, 'in.env'),
    '# of the shop\nexport GREETING="Good\\nday"\nEMPTY=\nCOLOUR=green # sea\n',
  )
  await ada.good(...app('env', 'import', 'in.env'))
  expect(await answer()).toMatchObject({ GREETING: 'Good\nday', COLOUR: 'green' })

  await ada.good(...app('env', 'export', 'out.env'))
  const file = join(ada.cwd, 'out.env')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).toMatch(/^# *API_KEY/m)
  expect((await ada.json(...app('env', 'import', 'out.env'))).changed).toEqual([])

  const wrong = await ada.run(app('env', 'import', '-'), { stdin: 'FINE=1\nnot a line\n' })
  expect(wrong.stderr).toContain('Line 2')
  expect((await ada.run(app('env', 'set', 'PORT=3'))).stderr).toContain('PORT is set by the platform')
})

test('what a team shares reaches its apps by environment, and the app wins over it', async () => {
  const team = ['--team', 'default']
  const saved = await ada.good('env', 'set', 'REGION=north', 'COLOUR=shared', ...team)
  expect(saved).toContain('shop (sets COLOUR itself)')
  await ada.good('env', 'set', 'REGION=staging-only', ...team, '--environment', 'staging')
  expect((await answer()).REGION).toBeUndefined()

  await ada.good(...app('deploy', versionOf('healthy', 'two', APP)))
  expect(await answer()).toMatchObject({ REGION: 'north', COLOUR: 'green' })
  await ada.good(...app('env', 'use', 'staging'))
  await ada.good(...app('env', 'unset', 'EMPTY'))

  expect(await answer()).toMatchObject({ REGION: 'staging-only' })
  expect(await ada.good(...app('env'))).toMatch(/REGION +staging-only +team, staging/)
  expect((await ada.json(...app('releases')))[0].sharedEnvVersions).toEqual({ all: 1, staging: 1 })
  expect(await ada.good('env', 'history', ...team)).toMatch(/v1 +ada@example\.org .*\+COLOUR \+REGION/)
})

test('a rollback brings back the env of its release, or keeps the one of today', async () => {
  await ada.good(...app('rollback', 'v1'))
  expect(await answer()).toMatchObject({ GREETING: 'Ahoy', COLOUR: 'blue' })

  await ada.good(...app('rollback', 'v1', '--current-env'))
  expect(await answer()).toMatchObject({ GREETING: 'Good\nday', REGION: 'staging-only' })
})
