import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { BuildFailed } from '../errors.ts'
import { runProgram } from '../run-program.ts'
import { buildSpec, createTestingBuilder, type TestingBuilder, writeSource } from './testing-builder.ts'

const lacksRoot = await systemPart.missing('root')

let testing: TestingBuilder

beforeAll(async () => {
  testing = await createTestingBuilder()
})

afterAll(() => testing.close())

async function failureOf(files: Record<string, string | object>): Promise<BuildFailed> {
  return testing.builder.build(buildSpec(await writeSource(files))).then(
    () => expect.unreachable('the build succeeded'),
    (error: BuildFailed) => error,
  )
}

describe('a build that fails', () => {
  test('a lockfile that does not fit package.json', async () => {
    const error = await failureOf({
      'package.json': { name: 'x', dependencies: { ms: '2.1.3' }, scripts: { start: 'node a' } },
      'package-lock.json': { name: 'x', lockfileVersion: 3, packages: { '': { name: 'x' } } },
    })

    expect(error.failure).toMatchObject({
      step: 'install',
      hint: expect.stringContaining('lockfile does not fit'),
    })
  })

  test('a source that nothing can be made of', async () => {
    const error = await failureOf({ 'notes.txt': '' })

    expect(error.failure.step).toBe('detect')
    expect(error.message).toContain('found: notes.txt')
  })

  test('a wrong manifest names the line', async () => {
    const error = await failureOf({ 'server.js': '', 'seaworthy.json': '{\n "healht": {} }' })

    expect(error.message).toContain('line 2, healht')
  })

  test('a Node version that does not exist', async () => {
    const error = await failureOf({ 'server.js': '', '.nvmrc': '20.999.0' })

    expect(error.failure.step).toBe('prepare')
    expect(error.message).toContain('20.999.0')
  })

  test('a command that does not exist', async () => {
    const error = await failureOf({
      'server.js': '',
      'seaworthy.json': '{"build":{"command":"no-such-command a"}}',
    })

    expect(error.failure.step).toBe('build')
    expect(error.message).toContain('no-such-command')
  })

  test('a build without its output folder names where it looked', async () => {
    const error = await failureOf({ 'package.json': { scripts: { build: 'true' }, devDependencies: {} } })

    expect(error.failure).toMatchObject({ step: 'collect', hint: expect.stringContaining('"output"') })
    expect(error.message).toContain('"dist"')
  })

  test('pages that link out of their folder', async () => {
    const command = 'mkdir dist && ln -s /etc/passwd dist/index.html'
    const error = await failureOf({ 'package.json': { scripts: { build: command } } })

    expect(error.message).toContain('"index.html" is a link')
  })

  test('an output folder that is a link out of the tree', async () => {
    const error = await failureOf({ 'package.json': { scripts: { build: 'ln -s /etc dist' } } })

    expect(error.failure.step).toBe('collect')
  })
})

describe('a hostile build', () => {
  test('cannot make the platform write or delete elsewhere by links in its tree', async () => {
    const outside = temporaryFolder().path
    await mkdir(join(outside, 'node_modules'))
    await writeFile(join(outside, 'node_modules/keep.txt'), 'keep')
    const before = [
      `rm -rf node_modules .seaworthy-home .seaworthy-cache`,
      `ln -s ${outside} .seaworthy-home`,
    ]
    const files = {
      'package.json': { dependencies: { ms: '2.1.3' }, scripts: { start: 'node a' } },
      'seaworthy.json': { build: { before: [...before, `ln -s ${outside}/node_modules node_modules`] } },
    }

    await testing.builder.build(buildSpec(await writeSource(files))).catch(() => {})

    expect(await readdir(outside)).toEqual(['node_modules'])
    expect(await readFile(join(outside, 'node_modules/keep.txt'), 'utf8')).toBe('keep')
  })

  test('is told how many processes it left running, and they are gone', async () => {
    const leave =
      "const { spawn } = require('node:child_process'); for (let n = 0; n < 3; n++) \
spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref()"
    const source = await writeSource({
      'server.js': '',
      'leave.cjs': leave,
      'seaworthy.json': '{"build":{"command":"node leave.cjs"}}',
    })
    const spec = buildSpec(source)

    await testing.builder.build(spec)

    expect(spec.log.lines).toContain(
      'platform: 3 processes that the build had started were still running when it ended; they were ended.',
    )
  })

  test('a link in a source is not followed out of it', async () => {
    const outside = temporaryFolder().path
    await writeFile(join(outside, 'package.json'), '{"scripts":{"start":"node stolen.js"}}')
    const source = await writeSource({ 'index.html': '' })
    await symlink(join(outside, 'package.json'), join(source, 'package.json'))

    await expect(testing.builder.build(buildSpec(source))).rejects.toThrow(/package\.json/)
  })

  test('does not get its private files served with the pages in its root', async () => {
    const source = await writeSource({
      'index.html': '',
      '.env': 'SECRET=1',
      '.git/config': '',
      '.well-known/a': '',
      Procfile: '',
    })

    const { directory } = await testing.builder.build(buildSpec(source))

    expect((await readdir(directory)).sort()).toEqual(['.well-known', 'index.html'])
  })
})

test('a command that fills the disk is stopped, and the limit is named', async () => {
  const small = await createTestingBuilder({ maxBuildBytes: 20 * 1_048_576 })
  onTestFinished(() => small.close())
  const fill =
    "const { writeFileSync } = require('node:fs'); let n = 0; \
setInterval(() => writeFileSync('f' + n++, Buffer.alloc(1048576, 1)), 20)"
  const source = await writeSource({
    'server.js': '',
    'fill.cjs': fill,
    'seaworthy.json': '{"build":{"command":"node fill.cjs"}}',
  })

  const failure = await small.builder.build(buildSpec(source)).catch((error: BuildFailed) => error)

  expect((failure as BuildFailed).message).toMatch(/The step "build" was stopped: it wrote more than 20 MB/)
  expect(await readdir(join(small.home, 'builds/running'))).toEqual([])
})

describe.skipIf(lacksRoot)('a full disk', () => {
  async function buildOnSmallDisk(files: Record<string, string>, megabytes: number) {
    const disk = temporaryFolder().path
    await runProgram('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', disk])
    onTestFinished(async () => {
      await runProgram('umount', [disk])
    })
    const small = await createTestingBuilder({ buildsDirectory: join(disk, 'builds') })
    onTestFinished(() => small.close())
    const failure = await small.builder
      .build(buildSpec(await writeSource(files)))
      .catch((error: BuildFailed) => error)
    return {
      failure: failure as BuildFailed,
      left: existsSync(join(disk, 'builds/running')) ? await readdir(join(disk, 'builds/running')) : [],
    }
  }

  test('during a command is named as the reason', async () => {
    const manifest = '{"build":{"command":"dd if=/dev/zero of=big bs=1M count=20"}}'

    const { failure, left } = await buildOnSmallDisk({ 'server.js': '', 'seaworthy.json': manifest }, 4)

    expect(failure.failure).toMatchObject({ step: 'build', hint: expect.stringContaining('disk is full') })
    expect(left).toEqual([])
  })

  test('while the source is copied is named as the reason', async () => {
    const { failure, left } = await buildOnSmallDisk({ 'server.js': 'x'.repeat(6_000_000) }, 4)

    expect(failure.message).toContain('The disk is full')
    expect(failure.failure.step).toBe('prepare')
    expect(left).toEqual([])
  })
})
