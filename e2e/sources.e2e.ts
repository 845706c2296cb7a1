import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemPart } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { fixture, versionOf } from './harness/apps.ts'
import { Platform } from './harness/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await Platform.start()
})

afterAll(() => platform?.destroy())

function run(cwd: string, file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-sources-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const git = (cwd: string, ...args: string[]) =>
  run(
    cwd,
    'git',
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'init.defaultBranch=main',
    ...args,
  )

async function deployGit(
  slug: string,
  body: { git: { url: string; ref?: string; subdirectory?: string } } | { pull: true },
) {
  await platform.ensureApp(slug)
  return platform.follow(slug, await platform.api.call('deployments.create', { params: { slug }, body }))
}

const archives: { ending: string; make: (folder: string, file: string) => string; part?: 'zip' | 'zstd' }[] =
  [
    { ending: 'zip', make: (folder, file) => run(folder, 'zip', '-qr', file, '.'), part: 'zip' },
    { ending: 'tar', make: (folder, file) => run(folder, 'tar', '-cf', file, '.') },
    { ending: 'tar.gz', make: (folder, file) => run(folder, 'tar', '-czf', file, '.') },
    {
      ending: 'tar.zst',
      make: (folder, file) => run(folder, 'tar', '--zstd', '-cf', file, '.'),
      part: 'zstd',
    },
  ]

for (const { ending, make, part } of archives) {
  test.skipIf(part && (await systemPart.missing(part)))(`a .${ending} archive is deployed`, async () => {
    const slug = `from-${ending.replace('.', '-')}`
    const file = join(scratch(), `app.${ending}`)
    make(fixture('healthy'), file)
    await platform.ensureApp(slug)

    const deployment = await platform.api.upload({
      slug,
      stream: createReadStream(file),
      filename: `app.${ending}`,
    })

    expect((await platform.follow(slug, deployment)).deployment.state).toBe('succeeded')
    expect((await platform.request(slug)).status).toBe(200)
  })
}

test('a damaged archive is refused with a reason, and nothing is queued', async () => {
  const slug = 'damaged'
  const file = join(scratch(), 'app.tar.gz')
  archives[2]!.make(fixture('healthy'), file)
  writeFileSync(file, readFileSync(file).subarray(0, 200))
  await platform.ensureApp(slug)

  const upload = platform.api.upload({ slug, stream: createReadStream(file), filename: 'app.tar.gz' })

  await expect(upload).rejects.toMatchObject({
    status: expect.toSatisfy((status: number) => status >= 400 && status < 500),
  })
  expect(await platform.api.call('deployments.list', { params: { slug } })).toEqual([])
})

test('a repository is deployed by branch, tag, commit and folder, and pulled again', async () => {
  const slug = 'from-git'
  const repository = scratch()
  git(repository, 'init', '-q')
  run(repository, 'cp', '-r', versionOf('healthy', 'first'), 'site')
  git(repository, 'add', '.')
  git(repository, 'commit', '-qm', 'first')
  git(repository, 'tag', 'v1')
  const firstCommit = git(repository, 'rev-parse', 'HEAD')
  writeFileSync(join(repository, 'site', 'version.txt'), 'second\n')
  git(repository, 'commit', '-qam', 'second')
  const origin = { url: `file://${repository}`, subdirectory: 'site' }

  for (const ref of ['v1', firstCommit]) {
    await deployGit(slug, { git: { ...origin, ref } })
    expect((await platform.request(slug)).body).toBe('first\n')
  }
  await deployGit(slug, { git: { ...origin, ref: 'main' } })
  expect((await platform.request(slug)).body).toBe('second\n')

  writeFileSync(join(repository, 'site', 'version.txt'), 'third\n')
  git(repository, 'commit', '-qam', 'third')
  await deployGit(slug, { pull: true })
  expect((await platform.request(slug)).body).toBe('third\n')
})

test('a repository that is not there fails the deployment with a sentence', async () => {
  const { deployment } = await deployGit('no-git', { git: { url: `file://${scratch()}/nothing` } })

  expect(deployment.state).toBe('failed')
  expect(deployment.error?.message.length).toBeGreaterThan(20)
})
