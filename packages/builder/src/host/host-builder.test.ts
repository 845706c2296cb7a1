import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemPart } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  buildSpec,
  createTestingBuilder,
  npmLockfile,
  type TestingBuilder,
  writeSource,
} from './testing-builder.ts'

const isRoot = !(await systemPart.missing('root'))

describe.each(isRoot ? (['auto', 'plain'] as const) : (['plain'] as const))(
  'the host builder, %s powers',
  powers => {
    let testing: TestingBuilder

    beforeAll(async () => {
      testing = await createTestingBuilder({ powers })
    })

    afterAll(() => testing.close())

    test('builds a plain server without running anything', async () => {
      const spec = buildSpec(
        await writeSource({ 'server.js': '1', 'seaworthy.json': '{"health":{"path":"/up"}}' }),
      )

      const result = await testing.builder.build(spec)

      expect(result).toMatchObject({
        processes: { web: 'node server.js' },
        runtime: { kind: 'node', version: process.versions.node },
        manifest: { health: { path: '/up', intervalSeconds: 5 }, processes: { web: 'node server.js' } },
        static: undefined,
      })
      expect(await readdir(result.directory)).toEqual(['seaworthy.json', 'server.js'])
      expect(spec.log.steps).toEqual(['detect succeeded', 'prepare succeeded', 'collect succeeded'])
      expect(await readdir(join(testing.home, 'builds/running'))).toEqual([])
    })

    test('a built app runs with what runtimeEnv gives', async () => {
      const source = await writeSource({
        'package.json': {
          dependencies: { 'is-number': '7.0.0' },
          scripts: { start: 'npm run real', real: 'node a.js' },
        },
        'a.js': 'console.log("ran", require("is-number")(5), process.version)',
      })
      const { directory, processes, runtime } = await testing.builder.build(buildSpec(source))

      const output = { stdout: join(testing.home, 'run-out'), stderr: join(testing.home, 'run-err') }
      const running = await testing.sandbox.start({
        id: 'instance',
        argv: processes.web!.split(' '),
        directory,
        writable: false,
        env: await testing.builder.runtimeEnv(runtime),
        userNumber: 1,
        limits: {},
        output,
      })

      expect(await running.exited).toMatchObject({ code: 0 })
      expect(await readFile(output.stdout, 'utf8')).toContain(`ran true ${process.version}`)
      expect(runtime).toMatchObject({ tools: { npm: expect.stringMatching(/^11\./) } })
    })

    test('an unchanged lockfile installs nothing, and a build may spoil its node_modules', async () => {
      const source = await writeSource({
        'package.json': {
          name: 'shop',
          dependencies: { ms: '2.1.3' },
          scripts: { start: 'node a.js', build: 'node spoil.js' },
        },
        'package-lock.json': npmLockfile('shop', { ms: '2.1.3' }),
        'spoil.js': `const fs = require('fs'); const path = require.resolve('ms')
          console.log('spoilt before:', fs.readFileSync(path, 'utf8').includes('spoilt'))
          fs.appendFileSync(path, '// spoilt'); fs.writeFileSync('node_modules/more.js', '')`,
      })

      const logs = []
      for (let round = 0; round < 3; round++) {
        const spec = buildSpec(source)
        await testing.builder.build(spec)
        logs.push(spec.log)
      }

      expect(logs.map(log => log.steps[2])).toEqual(['install succeeded', 'install cached', 'install cached'])
      for (const log of logs) expect(log.lines).toContain('stdout: spoilt before: false')
      expect(logs[2]!.lines.filter(line => line.includes('$ npm'))).toEqual(['platform: $ npm run build'])
    })
  },
)

describe('the steps of a build', () => {
  let testing: TestingBuilder

  beforeAll(async () => {
    testing = await createTestingBuilder()
  })

  afterAll(() => testing.close())

  test('removes dev dependencies after the build that needed them, and not before', async () => {
    const source = await writeSource({
      'package.json': {
        dependencies: { ms: '2.1.3' },
        devDependencies: { 'is-number': '7.0.0' },
        scripts: { start: 'node a.js', build: 'node -e "require(\'is-number\')"' },
      },
    })
    const spec = buildSpec(source, { env: { NODE_ENV: 'production' } })

    const { directory } = await testing.builder.build(spec)

    expect((await readdir(join(directory, 'node_modules'))).filter(name => !name.startsWith('.'))).toEqual([
      'ms',
    ])
    expect(spec.log.steps).toContain('prune succeeded')
    expect((await readdir(directory)).sort()).toEqual(['node_modules', 'package-lock.json', 'package.json'])
  })

  test("keeps a build tool's cache for the next build, out of the release", async () => {
    const source = await writeSource({
      'package.json': { scripts: { start: 'node a.js', build: 'node build.js' } },
      'build.js': `const fs = require('fs'); console.log('cached:', fs.existsSync('.next/cache/entry'))
        fs.mkdirSync('.next/cache', { recursive: true }); fs.writeFileSync('.next/cache/entry', ''); fs.writeFileSync('.next/out', '')`,
    })

    const specs = [buildSpec(source), buildSpec(source)]
    for (const spec of specs) {
      const { directory } = await testing.builder.build(spec)
      expect(await readdir(join(directory, '.next'))).toEqual(['out'])
    }

    expect(specs[0]!.log.lines).toContain('stdout: cached: false')
    expect(specs[1]!.log.lines).toContain('stdout: cached: true')
  })

  test('hands over only the pages of a static app', async () => {
    const source = await writeSource({
      'package.json': {
        scripts: { build: 'mkdir -p dist/assets && cp page.html dist/index.html' },
        devDependencies: {},
      },
      'page.html': '<p>hello</p>',
    })

    const result = await testing.builder.build(buildSpec(source))

    expect(result).toMatchObject({
      runtime: { kind: 'static' },
      static: { root: '.', spa: false },
      processes: {},
    })
    expect((await readdir(result.directory)).sort()).toEqual(['assets', 'index.html'])
  })

  test('runs the hooks around the build, in the order of the manifest', async () => {
    const source = await writeSource({
      'server.js': '',
      'seaworthy.json': JSON.stringify({
        build: {
          before: ['echo one > order', 'echo two >> order'],
          command: 'echo three >> order',
          after: ['echo four >> order'],
        },
      }),
    })

    const { directory } = await testing.builder.build(buildSpec(source))

    expect(await readFile(join(directory, 'order'), 'utf8')).toBe('one\ntwo\nthree\nfour\n')
  })

  test('gives a build the env of the app and nothing of the platform', async () => {
    process.env.SEAWORTHY_SECRET_OF_THE_PLATFORM = 'leak-1'
    const source = await writeSource({ 'server.js': '', 'seaworthy.json': '{"build":{"command":"env"}}' })
    const spec = buildSpec(source, { env: { SHOP: 'yes', CI: 'no' } })

    await testing.builder.build(spec)

    delete process.env.SEAWORTHY_SECRET_OF_THE_PLATFORM
    const lines = spec.log.lines.join('\n')
    expect(lines).toContain('SHOP=yes')
    expect(lines).toContain('CI=true')
    expect(lines).toContain('NODE_ENV=production')
    expect(lines).not.toContain('leak-1')
    expect(lines).not.toContain('VITEST')
  })

  test('a finished tree belongs to the platform, and the source is as it was', async () => {
    const source = await writeSource({
      'server.js': 'a',
      'seaworthy.json': '{"build":{"command":"sh -c \'echo b > server.js\'"}}',
    })

    const { directory } = await testing.builder.build(buildSpec(source))

    expect(await readFile(join(directory, 'server.js'), 'utf8')).toBe('b\n')
    expect(await readFile(join(source, 'server.js'), 'utf8')).toBe('a')
    expect((await stat(join(directory, 'server.js'))).uid).toBe(process.getuid!())
  })

  test('sweeps what a killed platform left', async () => {
    const left = await testing.builder.build(buildSpec(await writeSource({ 'server.js': '' })))

    await testing.builder.sweep()

    expect(existsSync(left.directory)).toBe(false)
  })
})
