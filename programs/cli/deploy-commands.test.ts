import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, smallApp, startPlatform, type TestUser } from './test-cli.ts'

const withoutGit = await systemPart.missing('git')
let admin: TestUser
let httpPort: number

beforeAll(async () => {
  ;({ admin, httpPort } = await startPlatform())
})

function folderWithLink(target: string): string {
  const { path } = temporaryFolder()
  symlinkSync(target, join(path, 'index.html'))
  return path
}

describe('deploy', () => {
  test('makes the app, shows each step, and ends with the address and the receipt', async () => {
    const outcome = await admin.seaworthy('deploy', smallApp('one'), '--app', 'shop')

    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain('Created app shop.\nUploading 2 files\n')
    expect(outcome.stderr).toMatch(/> Starting one instance \(web\)\n✓ start \(\d+ ms\)\n/)
    expect(outcome.stdout).toMatch(
      new RegExp(`^\\nLive: http://shop\\.localhost:${httpPort}/?\\nrelease   v1\\nverdict   live\\n`),
    )
    expect(await ask(httpPort, 'shop')).toBe('one plain')
  })

  test('names the app after the folder when it is not told', async () => {
    const outcome = await admin.with({ cwd: smallApp('one', { name: 'My Blog' }) }, 'deploy', '--json')

    expect(JSON.parse(outcome.stdout)).toMatchObject({
      state: 'succeeded',
      release: 1,
      url: expect.stringContaining('my-blog.'),
    })
    expect(outcome.stderr).toBe('')
  })

  test('ends with 1 when it did not go live, with the reason', async () => {
    const broken = smallApp('bad', { server: 'process.exit(3)' })

    const { code, stdout, stderr } = await admin.seaworthy('deploy', broken, '-a', 'shop')

    expect(code).toBe(1)
    expect(stdout).toContain('Not live: Process "web" ended with exit code 3 before it was healthy')
    expect(stderr).toContain('✗ start (failed after')
    expect(await ask(httpPort, 'shop')).toBe('one plain')
    const json = await admin.seaworthy('deploy', broken, '-a', 'shop', '--json')
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ state: 'failed', error: { code: 'instance_exited' } })
  })

  test.each([
    ['a folder that is not there', () => ['deploy', '/nowhere'], 2, 'no folder or archive at'],
    ['a folder without a file', () => ['deploy', temporaryFolder().path], 2, 'no file to deploy'],
    [
      'a link out of the folder',
      () => ['deploy', folderWithLink('/etc/hostname')],
      1,
      'outside of the folder',
    ],
    ['a time that is none', () => ['deploy', smallApp('one'), '--at', 'soon'], 2, '"soon" is no time'],
  ])('makes no app for %s', async (_what, command, code, said) => {
    const outcome = await admin.seaworthy(...command(), '--app', 'never-made')

    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(said) })
    expect((await admin.seaworthy('info', '--app', 'never-made')).code).toBe(4)
  })

  test('turns a spinner on a terminal', async () => {
    const { stderr } = await admin.with({ isTTY: true }, 'deploy', smallApp('one'), '--app', 'shop')

    const written = stderr.replaceAll('\u001b', '^')
    expect(written).toMatch(/\r\^\[K[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] Starting one instance/)
    expect(written).toContain('^[32m✓^[39m Starting one instance')
  })

  test.skipIf(withoutGit)(
    'takes a git repository, an archive, a later time, and the same code again',
    async () => {
      const folder = smallApp('from git')
      for (const args of [
        ['init', '-q', '-b', 'main'],
        ['add', '.'],
        ['commit', '-q', '-m', 'First'],
      ]) {
        const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
        expect(spawnSync('git', [...identity, ...args], { cwd: folder }).status).toBe(0)
      }
      const archive = join(admin.cwd, 'code.tar.gz')
      expect(spawnSync('tar', ['-czf', archive, '-C', smallApp('from archive'), '.']).status).toBe(0)
      const to = ['--app', 'sources', '--json']

      const git = await admin.seaworthy('deploy', '--git', `file://${folder}`, '--ref', 'main', ...to)
      expect(JSON.parse(git.stdout)).toMatchObject({ state: 'succeeded' })
      expect(await ask(httpPort, 'sources')).toBe('from git plain')
      expect((await admin.seaworthy('deploy', '--pull', ...to)).code).toBe(0)
      expect((await admin.seaworthy('deploy', archive, ...to)).code).toBe(0)
      expect(await ask(httpPort, 'sources')).toBe('from archive plain')
      expect((await admin.seaworthy('deploy', '--rebuild', ...to)).code).toBe(0)

      const later = await admin.seaworthy(
        'deploy',
        archive,
        '--at',
        '2040-01-01T00:00:00Z',
        '--app',
        'sources',
      )
      expect(later.stdout).toContain('is scheduled for 2040-01-01T00:00:00.000Z')
      const cancelled = await admin.json('cancel', '--app', 'sources')
      expect(cancelled).toMatchObject({ state: 'cancelled' })
    },
  )
})

describe('releases', () => {
  beforeAll(async () => {
    await admin.json('deploy', smallApp('one'), '--app', 'history')
    await admin.json('deploy', smallApp('two'), '--app', 'history')
  })

  test('are listed, rolled back to, and have receipts', async () => {
    const rollback = await admin.seaworthy('rollback', '--app', 'history')
    expect(rollback).toMatchObject({ code: 0, stdout: expect.stringContaining('release   v3 (before: v2)') })
    expect(await ask(httpPort, 'history')).toBe('one plain')
    expect(await admin.json('rollback', 'v2', '--current-env', '--app', 'history')).toMatchObject({
      release: 4,
    })

    const { stdout } = await admin.seaworthy('releases', '--app', 'history')
    expect(stdout.split('\n').map(line => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ['RELEASE', 'REASON'],
      ['v4', 'rollback to v2'],
      ['v3', 'rollback to v1'],
      ['v2', 'deploy'],
      ['v1', 'deploy'],
      [''],
    ])
    expect(await admin.json('releases', '--limit', '2', '--app', 'history')).toMatchObject([
      { version: 4, current: true },
      { version: 3 },
    ])
    expect((await admin.seaworthy('deployments', '--app', 'history')).stdout).toMatch(
      /^NUMBER {2}STATE .*\n4 {7}succeeded/,
    )
    expect((await admin.seaworthy('receipt', '--app', 'history')).stdout).toContain('verdict   live')
    expect(await admin.json('receipt', '2', '--app', 'history')).toMatchObject({
      verdict: 'kept',
      release: 'v2',
    })
  })

  test('that do not exist end with 4, and an impossible cancel with 1', async () => {
    expect((await admin.seaworthy('rollback', 'v99', '--app', 'history')).code).toBe(4)
    expect((await admin.seaworthy('receipt', '99', '--app', 'history')).code).toBe(4)
    expect((await admin.seaworthy('cancel', '1', '--app', 'history')).code).toBe(1)
  })
})

describe('env', () => {
  test('is set, imported, listed without secrets and unset, each with a new release', async () => {
    await admin.json('deploy', smallApp('env'), '--app', 'coloured')
    writeFileSync(join(admin.cwd, '.env'), '# colours\nSIZE="large"\n')

    const set = await admin.seaworthy('env', 'set', 'COLOUR=red', '--app', 'coloured')
    expect(set).toMatchObject({ code: 0, stderr: expect.stringContaining('Saved. Releasing it:') })
    expect(await ask(httpPort, 'coloured')).toBe('env red')
    expect(
      (await admin.seaworthy('env', 'set', 'KEY=a=b', '--secret', '--detach', '--app', 'coloured')).code,
    ).toBe(0)
    await admin.json('env', 'import', '.env', '--app', 'coloured')

    expect((await admin.seaworthy('env', '--app', 'coloured')).stdout).toBe(
      'KEY     VALUE     FROM\nCOLOUR  red       app\nKEY     (secret)  app\nSIZE    large     app\n',
    )
    await admin.json('env', 'unset', 'COLOUR', 'KEY', '--app', 'coloured')
    expect(await ask(httpPort, 'coloured')).toBe('env plain')
    expect((await admin.json('env', '--app', 'coloured')).variables).toEqual({
      SIZE: { secret: false, value: 'large', from: 'app' },
    })
  })

  test('has a history that can be compared, restored and exported, and takes a secret from standard input', async () => {
    await admin.json('apps', 'create', 'past')
    const env = (...args: string[]) => admin.seaworthy('env', ...args, '--app', 'past')
    await env('set', 'A=1', 'NOTE=two words')
    await admin.with({ stdin: 'from-stdin-secret\n' }, 'env', 'set', 'KEY', '--secret', '--app', 'past')
    await env('set', 'A=2')

    const history = (await env('history')).stdout
    expect(history).toMatch(/^VERSION +BY +MADE +CHANGES\nv3 +\S+ .*~A\nv2 .*\+KEY\nv1 .*\+A \+NOTE\n$/)
    expect((await env('history', 'v3')).stdout).toMatch(/~ +A +1 +2/)
    expect((await env('diff', 'v1', 'v2')).stdout).toMatch(/\+ +KEY +\(secret\)/)
    expect((await env('export')).stdout).toBe('A=2\n# KEY=(secret, not exported)\nNOTE="two words"\n')
    expect((await env('set', 'A=3', '--base', 'v1')).code).toBe(1)
    expect((await env('restore', 'v2')).code).toBe(0)
    expect((await env()).stdout).toMatch(/A +1 +app\nKEY +\(secret\) +app\n/)
    expect((await env('who', 'KEY')).stdout).toContain('KEY is a secret: it is shown to nobody.')
    expect((await env('set', 'A=1', '--secret', '--plain')).code).toBe(2)
  })

  test('of a team is shared with its apps, and what they set themselves wins', async () => {
    await admin.json('apps', 'create', 'member')
    const team = (...args: string[]) => admin.seaworthy('env', ...args, '--team', 'default')
    const use = await admin.seaworthy('env', 'use', 'review', '--app', 'member')
    const set = await team('set', 'REGION=north', '--environment', 'review')

    expect(use.stdout).toContain('member is in review now')
    expect(set.stdout).toContain('It reaches member.')
    expect((await team('--environment', 'review')).stdout).toMatch(/REGION +north\nThey reach member\./)
    expect((await admin.seaworthy('env', '--app', 'member')).stdout).toMatch(/REGION +north +team, review/)
    expect((await admin.seaworthy('env', '--environment', 'review')).code).toBe(2)
    expect((await admin.seaworthy('env', '--team', 'nobody')).code).toBe(4)
  })

  test('the keys that seal secrets are listed and rotated', async () => {
    expect((await admin.seaworthy('keys')).stdout).toMatch(/KEY +SECRETS\n[0-9a-f]{8} +seals +\d+\n/)

    expect((await admin.seaworthy('keys', 'rotate', '--detach')).stdout).toContain('under way')
  })

  test('of an app that was never deployed is kept for later', async () => {
    await admin.json('apps', 'create', 'fresh')

    expect((await admin.seaworthy('env', '--app', 'fresh')).stdout).toBe('fresh has no variables.\n')
    expect((await admin.seaworthy('env', 'set', 'A=1', '--app', 'fresh')).stdout).toContain(
      'with its first deployment',
    )
  })
})

describe('instances', () => {
  test('are scaled, restarted and run commands, whose exit code counts', async () => {
    await admin.json('deploy', smallApp('one'), '--app', 'runs')

    expect((await admin.seaworthy('scale', 'web=2', '--app', 'runs')).stdout).toBe('web  2\n')
    expect((await admin.json('info', '--app', 'runs')).instances).toHaveLength(2)
    const most = await admin.seaworthy('scale', 'web=max', '--app', 'runs')
    expect(most.stdout).toBe(`web  ${availableParallelism()}\n`)
    expect((await admin.seaworthy('restart', '--app', 'runs')).code).toBe(0)
    const run = await admin.seaworthy('run', '--app', 'runs', '--', 'node', '-p', '"v" + 1')
    expect(run).toEqual({ code: 0, stdout: 'v1\n', stderr: '' })
    const failed = await admin.seaworthy(
      'run',
      '--app',
      'runs',
      '--',
      'node',
      '-e',
      'console.error("no"); process.exitCode = 7',
    )
    expect(failed).toEqual({ code: 1, stdout: '', stderr: 'no\nThe command ended with exit code 7.\n' })
    const json = await admin.seaworthy('run', '--json', '--app', 'runs', '--', 'node', '-p', '1')
    expect(
      json.stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toMatchObject([
      { type: 'log', text: '1' },
      { type: 'exit', code: 0 },
    ])
  })
})

describe('logs', () => {
  test('are searched and followed, and the build has its own', async () => {
    await admin.json('deploy', smallApp('one'), '--app', 'talks')
    await waitFor(async () => (await admin.lines('logs', '--app', 'talks')).length > 0, {
      what: 'the first line',
    })

    const found = await admin.seaworthy(
      'logs',
      '--app',
      'talks',
      '--grep',
      'LISTENING',
      '--since',
      '10m',
      '--process',
      'web',
    )
    expect(found.stdout).toMatch(/^\S+Z web v1 {2}listening as one plain\n$/)
    expect((await admin.seaworthy('logs', '--app', 'talks', '--grep', 'nothing')).stdout).toBe('')

    expect((await admin.seaworthy('build-logs', '--app', 'talks')).code).toBe(0)
    const followed = await admin.seaworthy('build-logs', '1', '--follow', '--app', 'talks')
    expect(followed.code).toBe(0)

    const following = admin.seaworthy('logs', '--follow', '--app', 'talks')
    await admin.json('restart', '--app', 'talks')
    await waitFor(async () => (await admin.lines('logs', '--app', 'talks')).length > 1, {
      what: 'the second line',
    })
    process.emit('SIGINT')
    const { code, stdout } = await following
    expect(code).toBe(0)
    expect(stdout.match(/listening as one plain/g)).toHaveLength(2)
  })
})

describe('within a deployed app', () => {
  beforeAll(async () => {
    await admin.seaworthy('deploy', smallApp('one'), '--app', 'inner')
  })

  test('exec runs a command where the app runs: its input, outputs and exit code are ours', async () => {
    const script = 'echo "$SEAWORTHY_APP $1"; cat; echo oops >&2; exit 7'
    const argv = ['exec', '-a', 'inner', '--', '/bin/sh', '-c', script, 'sh', 'two words']

    const outcome = await admin.with({ stdin: 'typed\n' }, ...argv)

    expect(outcome).toEqual({ code: 7, stdout: 'inner two words\ntyped\n', stderr: 'oops\n' })
  })

  test('run -i does so in an instance of its own', async () => {
    const argv = ['run', '-i', '-a', 'inner', '--', '/bin/sh', '-c', 'cat; echo "$SEAWORTHY_RELEASE"']

    const outcome = await admin.with({ stdin: 'typed\n' }, ...argv)

    expect(outcome).toMatchObject({ code: 0, stdout: 'typed\nv1\n' })
  })

  test('exec says with its exit code why it could not begin', async () => {
    const nowhere = await admin.seaworthy('exec', '-a', 'nowhere', '--', 'true')
    const noInstance = await admin.seaworthy('exec', '-a', 'inner', '--process', 'mailer', '--', 'true')

    expect([nowhere.code, noInstance.code]).toEqual([4, 1])
    expect(noInstance.stderr).toContain('No instance of inner mailer runs just now.')
  })

  test('disk tells what takes it, and reclaim only lists unless it is told to remove', async () => {
    const listed = await admin.seaworthy('disk', 'reclaim')
    const removed = await admin.json('disk', 'reclaim', '--yes') // measures afresh
    const shown = await admin.seaworthy('disk')

    expect(shown.stdout).toMatch(/^disk +[\d.]+ [MGT]B, .* free/)
    expect(shown.stdout).toMatch(/artifact +- +/)
    expect(listed.stdout).toContain('Never removed:')
    expect(removed).toMatchObject({ applied: true, items: expect.any(Array) })
  })

  test('trash lists, brings back and empties', async () => {
    await admin.seaworthy('apps', 'delete', 'inner', '--confirm', 'inner')
    expect((await admin.seaworthy('trash', 'list')).stdout).toContain('inner')
    expect((await admin.seaworthy('trash', 'restore', 'inner')).code).toBe(0)
    await admin.seaworthy('apps', 'delete', 'inner', '--confirm', 'inner')

    const unsure = await admin.seaworthy('trash', 'empty', 'inner')
    const emptied = await admin.seaworthy('trash', 'empty', 'inner', '--yes')

    expect([unsure.code, emptied.code]).toEqual([2, 0])
    await waitFor(async () => !(await admin.seaworthy('trash', 'list')).stdout.includes('inner'), {
      what: 'the app to be gone',
    })
  })
})

describe('files', () => {
  test('are listed, printed and downloaded, and nothing is written over', async () => {
    const folder = smallApp('one')
    writeFileSync(join(folder, 'red\u001b[31m.txt'), 'plain \u001b[2Jtext\n')
    await admin.seaworthy('deploy', folder, '--app', 'looked-into')
    const files = (...args: string[]) => admin.seaworthy('files', ...args, '--app', 'looked-into')

    expect((await files()).stdout).toMatch(
      /^NAME +SIZE +CHANGED\npackage\.json +\d+ .*\nred\.txt .*\nserver\.js /,
    )
    expect((await files('./server.js')).stdout).toContain('createServer')
    expect((await files('--search', 'PACK', '--json')).stdout).toContain('"total": 1')
    expect((await files('server.js', '--release', 'v1', '--download')).stdout).toMatch(
      /^Wrote .*server\.js \(\d+ bytes\)/,
    )
    expect(readFileSync(join(admin.cwd, 'server.js'), 'utf8')).toContain('createServer')
    expect(await files('server.js', '--download')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is there already'),
    })
    expect((await files('package.json', '--download', '-')).stdout).toContain('server.js')
  })

  test.each([
    [['nothing'], 4, 'There is no nothing in release v1'],
    [['../../keys'], 2, 'must not hold'],
    [['--volume', 'none'], 4, 'has no volume none'],
    [['--release', '9'], 4, 'has no release v9'],
    [['--release', '1', '--volume', 'data'], 2, 'either --release or --volume'],
  ])('%j is refused', async (args, code, said) => {
    const outcome = await admin.seaworthy('files', ...args, '--app', 'looked-into')

    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(said) })
  })
})
