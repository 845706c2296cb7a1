import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TestUser } from '../test-cli.ts'
import { checkServer, type InstallWishes, planInstall, type ServerFacts } from './install-plan.ts'
import { edgeRuns, passwordsIn, refusesInput } from './server-facts.ts'
import { systemdUnit } from './systemd-unit.ts'

const WISHES: InstallWishes = {
  ...{
    home: '/var/lib/seaworthy',
    user: undefined,
    baseDomain: 'apps.example.com',
    httpPort: 80,
    httpsPort: 443,
  },
  ...{ program: '/opt/sea worthy', node: '/opt/node', flags: ['--flag=2'], env: { MALLOC_ARENA_MAX: '1' } },
}

const GOOD: ServerFacts = {
  ...{ isLinux: true, isRoot: true, hasSystemd: true, takenPorts: [], freeDiskBytes: 20e9, memoryBytes: 4e9 },
  ...{ isClockSynced: true, cgroups: 'v2', canUnshare: true, userExists: false, isRunning: false },
  ...{ hasFirewall: true, takesSshPasswords: false },
}

function verdicts(changes: Partial<ServerFacts>, wishes: Partial<InstallWishes> = {}) {
  return checkServer({ ...GOOD, ...changes }, { ...WISHES, ...wishes })
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ verdict, about }) => `${verdict} ${about}`)
}

describe('the checks', () => {
  test.each([
    ['nothing on a good server', {}, []],
    ['a server without systemd', { hasSystemd: false }, ['no systemd']],
    ['somebody who is not root', { isRoot: false }, ['no rights']],
    ['taken ports', { takenPorts: [80] }, ['no ports']],
    ['a full disk', { freeDiskBytes: 1e9 }, ['no disk']],
    ['little memory', { memoryBytes: 5e8 }, ['careful memory']],
    ['no firewall', { hasFirewall: false }, ['careful firewall']],
    ['passwords by SSH', { takesSshPasswords: true }, ['careful ssh']],
    ['nothing that nobody can tell', { hasFirewall: undefined, takesSshPasswords: undefined }, []],
    ['a wrong clock', { isClockSynced: false }, ['careful clock']],
    [
      'no cgroups and no namespaces',
      { cgroups: 'none' as const, canUnshare: false },
      ['careful cgroups', 'careful namespaces'],
    ],
  ])('tell of %s', (_, facts, expected) => {
    expect(verdicts(facts)).toEqual(expected)
  })

  test('tell that another user than root cannot keep apps apart', () => {
    expect(verdicts({ canUnshare: false }, { user: 'seaworthy' })).toEqual(['careful user'])
  })
})

describe('what a server says of itself', () => {
  const chain = (head: string, ...rules: string[]) =>
    `table inet filter {\n\tchain input {\n\t\ttype filter hook ${head}\n${rules.map(rule => `\t\t${rule}\n`).join('')}\t}\n}\n`

  test.each([
    ['no rules', '', false],
    ['a chain that takes all', chain('input priority filter; policy accept;'), false],
    ['a chain that refuses by itself', chain('input priority filter; policy drop;'), true],
    ['a rule that refuses', chain('input priority filter; policy accept;', 'tcp dport 25 drop'), true],
    ['ours', readFileSync(new URL('../../../deploy/firewall.nft', import.meta.url), 'utf8'), true],
    ['rules for what passes through', chain('forward priority filter; policy drop;'), false],
  ])('%s', (_, ruleset, isFirewall) => {
    expect(refusesInput(ruleset)).toBe(isFirewall)
  })

  test.each([
    ['passwordauthentication no\nkbdinteractiveauthentication no\n', false],
    ['passwordauthentication yes\nkbdinteractiveauthentication no\n', true],
    ['passwordauthentication no\nkbdinteractiveauthentication yes\n', true],
  ])('%j', (settings, takesPasswords) => {
    expect(passwordsIn(settings)).toBe(takesPasswords)
  })
})

test('a user is made only where it is not there', () => {
  const commands = (userExists: boolean) =>
    planInstall({ userExists }, { ...WISHES, user: 'seaworthy' }).flatMap(step =>
      step.kind === 'command' ? [step.argv[0]] : [],
    )

  expect(commands(false)).toEqual(['useradd', 'systemctl', 'systemctl'])
  expect(commands(true)).toEqual(['systemctl', 'systemctl'])
})

test('ports that an edge of the same home holds are its own, and no others', () => {
  const home = temporaryFolder().path
  mkdirSync(join(home, 'run'))
  const edge = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', 'programs/edge/main.ts'])
  onTestFinished(() => void edge.kill())
  const tellPid = (pid: number) => writeFileSync(join(home, 'run', 'edge.pid'), `${pid}\n`)

  expect(edgeRuns(home)).toBe(false)
  tellPid(process.pid)
  expect(edgeRuns(home)).toBe(false)
  tellPid(edge.pid!)
  expect(edgeRuns(home)).toBe(process.platform === 'linux')
})

describe('on another root folder', () => {
  const install = (root: string, ...more: string[]) =>
    new TestUser().seaworthy('install', '--root', root, '--base-domain', 'apps.example.com', ...more)

  test('--dry-run shows every change and makes none', async () => {
    const root = temporaryFolder().path

    const { code, stdout } = await install(root, '--dry-run')

    expect(code).toBe(0)
    for (const shown of [
      'This would be done:',
      'folder  /var/lib/seaworthy',
      '/etc/seaworthy/env',
      'KillMode=process',
    ])
      expect(stdout).toContain(shown)
    expect(existsSync(join(root, 'etc'))).toBe(false)
  })

  test('an installation writes all, a second one changes nothing, and settings of yours stay', async () => {
    const root = temporaryFolder().path
    const env = join(root, 'etc', 'seaworthy', 'env')

    expect((await install(root)).code).toBe(0)

    expect(readFileSync(env, 'utf8')).toContain('SEAWORTHY_BASE_DOMAIN=apps.example.com\n')
    expect(statSync(env).mode & 0o777).toBe(0o600)
    expect(statSync(join(root, 'var/lib/seaworthy')).mode & 0o777).toBe(0o700)
    expect((await install(root)).stdout).toBe('Nothing has to change.\n')
    writeFileSync(env, 'SEAWORTHY_HTTP_PORT=8080\n')
    expect((await install(root)).stdout).toBe('Nothing has to change.\n')
    expect(readFileSync(env, 'utf8')).toBe('SEAWORTHY_HTTP_PORT=8080\n')
  })

  test.each([
    ['a port that is none', ['--http-port', '70000']],
    ['a home that is not absolute', ['--home', 'here']],
    ['a user that could be an option', ['--user', '-rf']],
    ['a domain with a line break', ['--base-domain', 'a\nb']],
  ])('%s is refused', async (_, options) => {
    const root = temporaryFolder().path

    expect((await install(root, ...options)).code).toBe(2)
    expect(existsSync(join(root, 'etc'))).toBe(false)
  })
})

const hasVerifier = spawnSync('systemd-analyze', ['--version']).status === 0

test.skipIf(!hasVerifier).each([undefined, 'root'])(
  'systemd finds nothing wrong with the unit (user: %s)',
  user => {
    const file = join(temporaryFolder().path, 'seaworthy.service')
    const unit = systemdUnit({
      ...WISHES,
      program: '/tmp',
      node: process.execPath,
      user,
      envFile: '/etc/seaworthy/env',
    })
    writeFileSync(file, unit)

    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })

    expect(stderr.split('\n').filter(line => line.includes('seaworthy.service'))).toEqual([])
  },
)

test('what systemd would take for its own is escaped', () => {
  const unit = systemdUnit({ ...WISHES, node: '/opt/100%/no de', envFile: '/etc/seaworthy/env' })

  expect(unit).toContain('ExecStart="/opt/100%%/no de" --flag=2 programs/control-plane/main.ts')
})

test.each([
  ['comes before the containers beside it', undefined, true],
  ['comes before nobody where apps are part of it', 'seaworthy', false],
])('with all CPUs busy the platform %s', (_, user, comesFirst) => {
  const unit = systemdUnit({ ...WISHES, user, node: process.execPath, envFile: '/etc/seaworthy/env' })

  expect(unit.split('\n').includes('CPUWeight=1000')).toBe(comesFirst)
})
