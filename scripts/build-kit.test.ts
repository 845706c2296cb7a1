import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { buildKit, publishedManifest } from './build-kit.ts'

const root = join(import.meta.dirname, '..')

test('the packed kit runs and type-checks in a project that has only its dependencies', async () => {
  using folder = temporaryFolder()
  const built = await buildKit({ target: join(folder.path, 'built') })
  const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8'))
  const project = unpackInto(join(folder.path, 'project'), pack(built, folder.path), manifest)
  writeFileSync(join(project, 'main.ts'), PROGRAM)

  const output = execFileSync(process.execPath, ['main.ts'], { cwd: project, encoding: 'utf8' })
  const typeCheck = () =>
    execFileSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), ...TYPE_CHECK, 'main.ts'],
      {
        cwd: project,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )

  expect(output).toBe('ready hunter2 404 3000\n')
  expect(typeCheck).not.toThrow()
}, 60_000)

const PROGRAM = `
import { createKeyRing, createMasterKey, defineErrors, defineSettings, loadConfig, silentLogger, createHealth } from '@seaworthy/kit'
import { AppError } from '@seaworthy/kit/errors'
import { hardening, secureServerOptions } from '@seaworthy/kit/http'
import { createMetrics } from '@seaworthy/kit/metrics'
import { createCallPolicy } from '@seaworthy/kit/retry'
import { fastify } from 'fastify'
import { z } from 'zod'

const settings = defineSettings({ port: { name: 'PORT', schema: z.coerce.number(), default: 3000, description: 'x' } })
const port: number = loadConfig(settings, {}).port
const master = createMasterKey()
const ring = createKeyRing({ keys: [master], primary: master.id })
const binding = { purpose: 'env', context: 'x' }
const secret: string = ring.open(ring.seal('hunter2', binding), binding)
const error: AppError = defineErrors({ gone: { status: 404, message: 'No {what}.' } }).gone({ what: 'app' })
createMetrics().counter({ name: 'a_total', help: 'A.' }).add({})
const word: string = await createCallPolicy({ name: 'x' }).run(async () => 'ready')
const app = fastify(secureServerOptions({ log: silentLogger }))
await app.register(hardening, { health: createHealth({ log: silentLogger }) })
await app.close()
process.stdout.write(\`\${word} \${secret} \${error.status} \${port}\\n\`)
`

const TYPE_CHECK = [
  ...[
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--types',
    'node',
    '--ignoreConfig',
  ],
  ...['--typeRoots', join(root, 'node_modules/@types'), '--skipLibCheck'],
]

function pack(built: string, destination: string): string {
  const report = execFileSync('npm', ['pack', built, '--json', '--pack-destination', destination], {
    encoding: 'utf8',
  })
  const [{ filename }] = Object.values(JSON.parse(report)) as [{ filename: string }]
  return join(destination, filename)
}

/** A project whose node_modules holds the tarball's content, and links to the dependencies that it names. */
function unpackInto(
  project: string,
  tarball: string,
  manifest: { dependencies: Record<string, string> },
): string {
  const modules = join(project, 'node_modules')
  const kit = join(modules, '@seaworthy', 'kit')
  mkdirSync(kit, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', kit, '--strip-components=1'])
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  return project
}

test('the published manifest names built files and has no scripts', () => {
  const manifest = publishedManifest({
    name: 'x',
    scripts: { build: 'y' },
    exports: { './http': './src/http/index.ts' },
  })

  expect(manifest).toEqual({
    name: 'x',
    exports: { './http': { types: './http/index.d.ts', default: './http/index.js' } },
  })
})
