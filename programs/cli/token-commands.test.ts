/** API tokens and the audit log, as people and pipelines use them: over TCP, with nothing but the token. */
import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, type Outcome, smallApp, startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const CLI = fileURLToPath(new URL('./main.ts', import.meta.url))

let admin: TestUser
let ada: TestUser
let url: string
let httpPort: number

beforeAll(async () => {
  ;({ admin, url, httpPort } = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  }))
  ada = new TestUser()
  const login = ['login', '--url', url, '--email', OWNER.email, '--password-stdin']
  await ada.with({ stdin: OWNER.password }, ...login)
})

/** Another machine: a home of its own, the address, the token, and a process of its own. */
async function pipeline(token: string, ...args: string[]): Promise<Outcome> {
  const { env, cwd } = new TestUser({ SEAWORTHY_URL: url, SEAWORTHY_TOKEN: token })
  const child = spawn(process.execPath, [CLI, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const code = new Promise<number>(resolve => child.once('exit', exit => resolve(exit ?? -1)))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}

async function makeToken(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ada.seaworthy('tokens', 'create', ...args)
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}

describe('a token', () => {
  test('is printed once, alone on standard output, and is never listed', async () => {
    const { stdout, stderr } = await ada.seaworthy('tokens', 'create', 'printed', '--scope', 'read')

    expect(stdout).toMatch(/^swt_[0-9A-Za-z]{49}\n$/)
    expect(stderr).toContain('It is shown only now')
    expect(stderr).not.toContain(stdout.trim())
    const list = await ada.seaworthy('tokens')
    expect(list.stdout).toContain(`…${stdout.trim().slice(-4)}`)
    expect(list.stdout).not.toContain(stdout.trim())
    const made = await ada.json('tokens', 'create', 'as-json', '--scope', 'read', '--expires', 'never')
    expect(made).toMatchObject({
      secret: expect.stringMatching(/^swt_/),
      token: { name: 'as-json', expiresAt: null },
    })
  })

  test('of scope deploy deploys its app from a pipeline, and nothing else', async () => {
    await ada.seaworthy('apps', 'create', 'shop')
    await ada.seaworthy('apps', 'create', 'blog')
    const token = await makeToken('ci', '--scope', 'deploy', '--app', 'shop', '--expires', '30d')
    const folder = smallApp('from the pipeline')

    const deployed = await pipeline(token, 'deploy', folder, '--app', 'shop')

    expect(deployed).toMatchObject({ code: 0 })
    expect(await ask(httpPort, 'shop')).toBe('from the pipeline plain')
    expect(deployed.stdout + deployed.stderr).not.toContain(token)
    expect(await pipeline(token, 'deploy', folder, '--app', 'blog')).toMatchObject({ code: 4 })
    expect(await pipeline(token, 'env', 'set', 'A=1', '--app', 'shop')).toMatchObject({ code: 5 })
    expect(await pipeline(token, 'tokens')).toMatchObject({ code: 5 })
    const [entry] = (await ada.json('audit', '--app', 'shop', '--action', 'app:deploy')) as [object]
    expect(entry).toMatchObject({ actor: { kind: 'token', tokenName: 'ci', email: OWNER.email } })
  })

  test('of scope read is refused with 5 and told which scope is needed', async () => {
    await ada.seaworthy('apps', 'create', 'wiki')
    const token = await makeToken('reader', '--scope', 'read')

    expect(await pipeline(token, 'info', '--app', 'wiki')).toMatchObject({ code: 0 })
    const refused = await pipeline(token, 'deploy', smallApp('no'), '--app', 'wiki')

    expect(refused.code).toBe(5)
    expect(refused.stderr).toContain('The token "reader" has not the scope deploy')
  })

  test('is rotated and revoked: then it is like no token', async () => {
    const first = await makeToken('turning', '--scope', 'read')
    const listed: { id: string; name: string }[] = await ada.json('tokens')
    const { id } = listed.find(({ name }) => name === 'turning')!

    const { stdout, stderr } = await ada.seaworthy('tokens', 'rotate', id)
    const second = stdout.trim()

    expect(stderr).toContain('The one before works until')
    for (const token of [first, second]) expect(await pipeline(token, 'apps')).toMatchObject({ code: 0 })
    expect((await ada.seaworthy('tokens', 'revoke', id)).stdout).toBe('The token turning works no more.\n')
    for (const token of [first, second, `${second}x`]) {
      expect(await pipeline(token, 'apps')).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('Sign in first'),
      })
    }
  })

  test.each([
    [['create', 'x', '--scope', 'root'], 'There are: read, deploy, manage, admin'],
    [['create', 'x'], '--scope'],
    [['create', 'x', '--scope', 'read', '--expires', 'soon'], 'Write 90d, or never'],
    [['create', 'x', '--scope', 'read', '--expires', '999d'], 'expiresInDays'],
    [['--team', 'default', '--all'], 'not both'],
  ])('with %j is a usage error', async (args, told) => {
    const { code, stderr } = await ada.seaworthy('tokens', ...args)

    expect(code).toBe(2)
    expect(stderr).toContain(told)
  })
})

describe('the audit log', () => {
  test('tells who did what, the newest last', async () => {
    await ada.seaworthy('apps', 'create', 'news')
    await ada.seaworthy('sleep', '5', '--app', 'news')

    const { stdout } = await ada.seaworthy('audit', '--app', 'news', '--since', '1h')

    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(row => row.split(/ {2,}/))
    expect(rows[0]).toEqual(['TIME', 'WHO', 'ACTION', 'WHAT', 'FROM', 'OUTCOME'])
    expect(rows.slice(1).map(([, who, action, what, , outcome]) => [who, action, what, outcome])).toEqual([
      [OWNER.email, 'app:create', 'app news', 'done'],
      [OWNER.email, 'app:update', 'app news', 'done'],
    ])
    expect(await ada.json('audit', '--actor', 'nobody@example.org')).toEqual([])
    expect((await ada.seaworthy('audit', '--since', 'tomorrow')).code).toBe(2)
  })

  test('is exported into a file that nobody else may read, or to standard output', async () => {
    await ada.seaworthy('apps', 'create', 'books')
    const csv = join(ada.cwd, 'audit.csv')

    const written = await ada.seaworthy('audit', 'export', 'audit.csv', '--format', 'csv')
    expect(written).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await ada.seaworthy('audit', 'export', '-', '--app', 'books')

    expect(statSync(csv).mode & 0o777).toBe(0o600)
    expect(readFileSync(csv, 'utf8')).toMatch(/^sequence,at,.*\r\n1,/)
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).target.name),
    ).toEqual(['books'])
    expect((await ada.seaworthy('audit', 'export', 'x', '--format', 'xml')).code).toBe(2)
  })

  test('is verified; after somebody edited the database file, it names the entry and ends with 1', async () => {
    await ada.seaworthy('apps', 'create', 'music')
    const well = await ada.seaworthy('audit', 'verify')
    expect(well).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Intact: \d+ entries/) })
    const head = /(\d+:[0-9a-f]{64})/.exec(well.stdout)![1]!
    expect((await ada.seaworthy('audit', 'verify', '--known', head)).code).toBe(0)

    const sequence = editLastEntry()

    const { code, stdout } = await ada.seaworthy('audit', 'verify')
    expect(code).toBe(1)
    expect(stdout).toContain(`NOT INTACT. Entry ${sequence} was changed`)
    expect(stdout).toContain('app innocent')
    const json = await ada.seaworthy('audit', 'verify', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ intact: false, break: { why: 'changed', sequence } })
  })
})

/** With the database file in hand, past the triggers. Returns which entry it was. */
function editLastEntry(): number {
  const file = join(admin.env.SEAWORTHY_HOME!, 'database', 'seaworthy.sqlite')
  const database = new DatabaseSync(file, { timeout: 5_000 })
  try {
    database.exec('drop trigger audit_entries_no_update')
    const { sequence } = database
      .prepare("select max(sequence) as sequence from audit_entries where action = 'app:create'")
      .get() as { sequence: number }
    database.prepare("update audit_entries set target_name = 'innocent' where sequence = ?").run(sequence)
    return sequence
  } finally {
    database.close()
  }
}
