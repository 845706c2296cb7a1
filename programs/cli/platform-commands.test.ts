import { waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, type Outcome, smallApp, startPlatform, type TestUser } from './test-cli.ts'

let up: Outcome
let admin: TestUser
let httpPort: number

beforeAll(async () => {
  ;({ up, admin, httpPort } = await startPlatform())
})

describe('up', () => {
  test('tells where the first app and the dashboard are, and what to do next', async () => {
    expect(up.stdout).toContain(`app        http://hello.localhost:${httpPort}`)
    expect(up.stdout).toMatch(/dashboard {2}http:\/\/localhost:\d+\/setup#token=\S+/)
    expect(up.stdout).toContain('npx seaworthy deploy ./my-app')
    expect(await ask(httpPort, 'hello')).toContain('Hello from hello v1')
  })

  test('of a platform that runs already says so, with a new setup link while nobody owns it', async () => {
    const again = await admin.seaworthy('up')

    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('already runs') })
    expect(again.stderr).toMatch(/setup#token=\S+/)
    expect(again.stderr).not.toContain(/setup#token=\S+/.exec(up.stdout)![0])
  })

  test('stays until it is ended, tells what goes on, and the next one takes it over', async () => {
    const before = await ask(httpPort, 'hello')
    await admin.seaworthy('down')
    await expect(ask(httpPort, 'hello')).rejects.toThrow('ECONNREFUSED')

    const attached = admin.seaworthy('up')
    await waitFor(async () => (await ask(httpPort, 'hello')).startsWith('Hello'), { what: 'the platform' })
    const again = await ask(httpPort, 'hello')
    process.emit('SIGHUP')
    const outcome = await attached

    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain('Still running: hello, and the edge')
    expect(await ask(httpPort, 'hello')).toBe(again)
    expect(again).not.toBe(before)
    expect((await admin.seaworthy('up', '--detach')).code).toBe(0)
    expect(await ask(httpPort, 'hello')).toBe(again)
  })

  test('that fails shows the last lines of its log, and none of an earlier start', async () => {
    const upWith = (name: string) =>
      admin.with({ env: { SEAWORTHY_HOME: `${admin.cwd}/other`, [name]: 'x' } }, 'up')

    const { code, stderr } = await upWith('SEAWORTHY_PORT')
    const later = await upWith('SEAWORTHY_WATCH_SECONDS')

    expect(code).toBe(1)
    expect(stderr).toContain('The platform did not start')
    expect(stderr).toContain('SEAWORTHY_PORT')
    expect(later.stderr).toContain('SEAWORTHY_WATCH_SECONDS')
    expect(later.stderr).not.toContain('SEAWORTHY_PORT')
  })
})

describe('status', () => {
  test('shows how the platform is, to people and to scripts', async () => {
    const { stdout } = await admin.seaworthy('status')

    expect(stdout).toContain(`edge       running, http://localhost:${httpPort}`)
    expect(stdout).toContain('database   sqlite')
    expect(await admin.json('status')).toMatchObject({
      edge: { state: 'running' },
      database: { kind: 'sqlite' },
    })
  })
})

describe('apps', () => {
  test('are made, listed, shown, told when to sleep, deleted by name and restored', async () => {
    await admin.json('deploy', smallApp('one'), '--app', 'doomed')

    expect((await admin.seaworthy('apps')).stdout).toMatch(
      /\ndoomed +active +v1 +\d+ s ago +http:\/\/doomed\.localhost:\d+\/?\n/,
    )
    expect((await admin.json('apps')).map((each: { slug: string }) => each.slug)).toContain('doomed')
    expect((await admin.seaworthy('info', '--app', 'doomed')).stdout).toMatch(
      /^app +doomed\nteam +default \(you: owner\)\nurl +http.*\nstate +active\nrelease +v1\n/,
    )
    expect((await admin.seaworthy('sleep', '0', '--app', 'doomed')).stdout).toBe('doomed never sleeps.\n')
    expect((await admin.seaworthy('sleep', 'default', '--app', 'doomed')).stdout).toContain(
      "the platform's default time",
    )

    expect((await admin.seaworthy('apps', 'delete', 'doomed')).code).toBe(2)
    expect((await admin.seaworthy('apps', 'delete', 'doomed', '--confirm', 'other')).code).toBe(2)
    expect(await ask(httpPort, 'doomed')).toBe('one plain')
    const deleted = await admin.seaworthy('apps', 'delete', 'doomed', '--confirm', 'doomed')
    expect(deleted).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('seaworthy apps restore doomed'),
    })
    expect((await admin.seaworthy('apps', 'trash')).stdout).toMatch(/\ndoomed +app_\w+ +20/)
    expect((await admin.seaworthy('apps', 'restore', 'doomed')).code).toBe(0)
    expect((await admin.seaworthy('apps', 'trash')).stdout).toBe('The trash is empty.\n')
    expect((await admin.seaworthy('apps', 'restore', 'doomed')).code).toBe(2)
  })
})

describe('a mistake', () => {
  test.each([
    ['an unknown command', 2, ['fly']],
    ['an unknown option', 2, ['apps', '--colour']],
    ['a missing argument', 2, ['scale']],
    ['a count that is none', 2, ['scale', 'web=many', '--app', 'hello']],
    ['a variable without a value', 2, ['env', 'set', 'A', '--app', 'hello']],
    ['a limit that is no number', 2, ['releases', '--limit', 'all', '--app', 'hello']],
    ['a time that is none', 2, ['deploy', '--at', 'soon', '--app', 'hello']],
    ['a folder that is not there', 2, ['deploy', 'nowhere', '--app', 'hello']],
    ['an address that is none', 2, ['apps', '--url', 'localhost']],
    ['a name that no app may have', 2, ['apps', 'create', 'No!']],
    ['several apps to choose from', 2, ['releases']],
    ['an app that does not exist', 4, ['info', '--app', 'nope']],
    ['a name that is taken', 1, ['apps', 'create', 'hello']],
    ['no platform at that address', 1, ['apps', '--url', 'http://127.0.0.1:1']],
  ])('such as %s ends with %d and says what is wrong', async (_, code, args) => {
    const outcome = await admin.seaworthy(...args)

    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toMatch(/\w+ \w+/)
    expect(outcome.stderr).not.toMatch(/\n\s+at .*\.ts:/)
  })

  test('is JSON for scripts, with its code', async () => {
    const { code, stderr } = await admin.seaworthy('info', '--app', 'nope', '--json')

    expect(code).toBe(4)
    expect(JSON.parse(stderr)).toMatchObject({ success: false, code: 'app_not_found', status: 404 })
  })

  test.each([['help'], ['--help'], ['deploy', '--help']])(
    'is none when one asks for help: %s',
    async (...args) => {
      expect(await admin.seaworthy(...args)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Usage: seaworthy'),
      })
    },
  )
})
