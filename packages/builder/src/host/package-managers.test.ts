import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  buildSpec,
  createTestingBuilder,
  npmLockfile,
  type TestingBuilder,
  writeSource,
} from './testing-builder.ts'

describe('package managers', { timeout: 120_000 }, () => {
  let testing: TestingBuilder

  beforeAll(async () => {
    testing = await createTestingBuilder()
  })

  afterAll(() => testing.close())

  test.each([
    ['pnpm@10.20.0', 'pnpm-lock.yaml'],
    ['yarn@1.22.22', 'yarn.lock'],
    ['yarn@4.9.2', 'yarn.lock'],
    ['bun@1.3.0', 'bun.lock'],
  ])('%s installs, keeps to its lockfile and prunes', async (packageManager, lockfile) => {
    const files = {
      'package.json': {
        name: 'shop',
        packageManager,
        dependencies: { ms: '2.1.3' },
        devDependencies: { 'is-number': '7.0.0' },
        scripts: { start: 'node a.js', build: 'node -e "require(\'is-number\')"' },
      },
      'a.js': '',
    }
    const app = { id: `app-${packageManager.replace(/\W/g, '-')}`, slug: 'shop', userNumber: 2 }
    const first = await testing.builder.build(buildSpec(await writeSource(files), { app }))
    const source = await writeSource({
      ...files,
      [lockfile]: await readFile(join(first.directory, lockfile), 'utf8'),
    })

    await testing.builder.build(buildSpec(source, { app }))
    const again = buildSpec(source, { app })
    const { directory } = await testing.builder.build(again)

    expect(again.log.steps).toEqual(
      expect.arrayContaining(['install cached', 'build succeeded', 'prune succeeded']),
    )
    expect(existsSync(join(directory, 'node_modules/ms/index.js'))).toBe(true)
    expect(existsSync(join(directory, 'node_modules/is-number'))).toBe(false)
  })

  test('the install scripts of the app itself run when its dependencies come from the cache, too', async () => {
    const source = await writeSource({
      'package.json': {
        name: 'shop',
        dependencies: { ms: '2.1.3' },
        scripts: { start: 'node a.js', postinstall: 'echo made > made.txt' },
      },
      'package-lock.json': npmLockfile('shop', { ms: '2.1.3' }, { hasInstallScript: true }),
    })
    await testing.builder.build(buildSpec(source))

    const spec = buildSpec(source)
    const { directory } = await testing.builder.build(spec)

    expect(spec.log.steps).toContain('install cached')
    expect(await readFile(join(directory, 'made.txt'), 'utf8')).toBe('made\n')
  })

  test('workspaces are installed, linked and cached', async () => {
    const web = { name: 'web', version: '1.0.0', dependencies: { tool: '1.0.0', ms: '2.1.2' } }
    const tool = { name: 'tool', version: '1.0.0', dependencies: { ms: '2.1.3' } }
    const source = await writeSource({
      'package.json': {
        name: 'all',
        workspaces: ['packages/*'],
        scripts: { start: 'node packages/web/a.js' },
      },
      'package-lock.json': {
        name: 'all',
        lockfileVersion: 3,
        packages: {
          '': { name: 'all', workspaces: ['packages/*'] },
          'node_modules/ms': { version: '2.1.3' },
          'node_modules/tool': { resolved: 'packages/tool', link: true },
          'node_modules/web': { resolved: 'packages/web', link: true },
          'packages/tool': tool,
          'packages/web': web,
          'packages/web/node_modules/ms': { version: '2.1.2' },
        },
      },
      'packages/web/package.json': web,
      'packages/web/a.js': '',
      'packages/tool/package.json': tool,
      'packages/tool/index.js': '',
    })
    await testing.builder.build(buildSpec(source))

    const spec = buildSpec(source)
    const { directory } = await testing.builder.build(spec)

    expect(spec.log.steps).toContain('install cached')
    const versions = ['packages/web/node_modules/ms', 'node_modules/ms'].map(async path => {
      const text = await readFile(join(directory, path, 'package.json'), 'utf8')
      return (JSON.parse(text) as { version: string }).version
    })
    expect(await Promise.all(versions)).toEqual(['2.1.2', '2.1.3'])
    expect(existsSync(join(directory, 'node_modules/tool/index.js'))).toBe(true)
  })

  test('a Vite app becomes its pages', async () => {
    const source = await writeSource({
      'package.json': { devDependencies: { vite: '^8' }, scripts: { build: 'vite build', start: 'vite' } },
      'index.html': '<script type="module" src="/main.js"></script>',
      'main.js': 'document.body.append("hello")',
    })

    const result = await testing.builder.build(buildSpec(source))

    expect(result).toMatchObject({ runtime: { kind: 'static' }, static: { root: '.', spa: true } })
    expect(await readFile(join(result.directory, 'index.html'), 'utf8')).toMatch(/assets\/index-\S+\.js/)
  })
})
