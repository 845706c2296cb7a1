import { describe, expect, test } from 'vitest'
import { parseManifest, readManifest } from '../manifest.ts'
import { parsePackageJson } from './package-json.ts'
import { planBuild } from './plan-build.ts'
import type { SourceFacts } from './source-facts.ts'

/** A source as `path → text`; an empty text is a file that is only named. */
function factsOf(files: Record<string, string | object>): SourceFacts {
  const texts = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      typeof text === 'string' ? text : JSON.stringify(text),
    ]),
  )
  const top = Object.keys(texts).map(path => (path.includes('/') ? `${path.split('/')[0]}/` : path))
  return {
    entries: [...new Set(top)].sort(),
    nested: Object.keys(texts).filter(path => path.split('/').length === 2),
    texts,
    packageJson: texts['package.json'] === undefined ? undefined : parsePackageJson(texts['package.json']),
  }
}

function plan(files: Record<string, string | object>) {
  const facts = factsOf(files)
  const manifest = readManifest({ manifest: facts.texts['seaworthy.json'], procfile: facts.texts.Procfile })
  return planBuild(facts, manifest)
}

describe('what an app is', () => {
  test.each([
    [
      'a start script that is plain node',
      { 'package.json': { scripts: { start: 'node src/a.js' } } },
      'node src/a.js',
    ],
    [
      'a start script with a hook',
      { 'package.json': { scripts: { start: 'node a.js', prestart: 'x' } } },
      'npm start',
    ],
    [
      'a start script with shell in it',
      { 'package.json': { scripts: { start: 'A=1 node a.js && b' } } },
      'npm start',
    ],
    [
      'a start script under pnpm',
      { 'package.json': { scripts: { start: 'tsx a.ts' } }, 'pnpm-lock.yaml': '' },
      'pnpm start',
    ],
    ['a server file without package.json', { 'server.js': '' }, 'node server.js'],
    ['main of package.json', { 'package.json': { main: './lib/x.js' }, 'lib/x.js': '' }, 'node lib/x.js'],
    ['main without its extension', { 'package.json': { main: 'boot' }, 'boot.js': '' }, 'node boot.js'],
    ['a main that is not there', { 'package.json': { main: 'index.js' }, 'app.mjs': '' }, 'node app.mjs'],
    [
      'an Express app beside a page',
      { 'package.json': { dependencies: { express: '5' } }, 'index.js': '', 'index.html': '' },
      'node index.js',
    ],
    ['a TypeScript server in src', { 'package.json': {}, 'src/index.ts': '' }, 'node src/index.ts'],
    [
      'Next.js with its usual scripts',
      {
        'package.json': {
          dependencies: { next: '16' },
          scripts: { build: 'next build', start: 'next start' },
        },
      },
      'next start -H $HOST -p $PORT',
    ],
    [
      'Next.js with a server of its own',
      { 'package.json': { dependencies: { next: '16' }, scripts: { start: 'node server.js' } } },
      'node server.js',
    ],
    ['Nuxt', { 'package.json': { dependencies: { nuxt: '4' } } }, 'node .output/server/index.mjs'],
    [
      'Astro as a server',
      {
        'package.json': { dependencies: { astro: '6' } },
        'astro.config.mjs': "import node from '@astrojs/node'",
      },
      'HOST=127.0.0.1 node dist/server/entry.mjs',
    ],
    ['SvelteKit', { 'package.json': { devDependencies: { '@sveltejs/kit': '2', vite: '8' } } }, 'node build'],
    ['a Python script', { 'app.py': 'print(1)', 'requirements.txt': '' }, 'python3 app.py'],
    [
      'FastAPI',
      { 'main.py': 'api = FastAPI()', 'requirements.txt': 'fastapi' },
      'python3 -m uvicorn main:api --host $HOST --port $PORT',
    ],
    [
      'Flask',
      { 'app.py': 'app: Flask = flask.Flask(__name__)', 'requirements.txt': 'flask' },
      'python3 -m flask --app app:app run --host $HOST --port $PORT',
    ],
    [
      'Flask with gunicorn',
      { 'app.py': 'app = Flask(__name__)', 'requirements.txt': 'flask\ngunicorn==22' },
      'python3 -m gunicorn app:app --bind $HOST:$PORT',
    ],
    [
      'Django',
      { 'manage.py': '', 'shop/wsgi.py': '', 'requirements.txt': 'django\ngunicorn' },
      'python3 -m gunicorn shop.wsgi --bind $HOST:$PORT',
    ],
    ['a Procfile', { Procfile: 'web: ./run.sh', 'package.json': { scripts: { start: 'x' } } }, './run.sh'],
    [
      'a manifest over a Procfile',
      { Procfile: 'web: a', 'seaworthy.json': '{"processes":{"web":"b"}}' },
      'b',
    ],
  ])('%s is started as it says', (_, files, web) => {
    expect(plan(files).processes.web).toBe(web)
  })

  test.each([
    ['a page alone', { 'index.html': '' }, ['.'], false],
    ['a page in public', { 'public/index.html': '' }, ['public'], false],
    [
      'Vite',
      { 'package.json': { devDependencies: { vite: '8' }, scripts: { build: 'vite build', start: 'vite' } } },
      ['dist'],
      true,
    ],
    [
      'Vite with a folder of its own',
      { 'package.json': { devDependencies: { vite: '8' } }, 'vite.config.ts': "build: { outDir: './www/' }" },
      ['www'],
      true,
    ],
    [
      'Create React App',
      {
        'package.json': { dependencies: { 'react-scripts': '5' }, scripts: { start: 'react-scripts start' } },
      },
      ['build'],
      true,
    ],
    [
      'Astro',
      { 'package.json': { dependencies: { astro: '6' }, scripts: { start: 'astro dev' } } },
      ['dist'],
      false,
    ],
    [
      'Next.js as an export',
      {
        'package.json': { dependencies: { next: '16' } },
        'next.config.mjs': "export default { output: 'export' }",
      },
      ['out'],
      false,
    ],
    [
      'a generator nobody knows',
      { 'package.json': { scripts: { build: 'make-pages' } } },
      ['dist', 'build', 'out', 'public', '_site'],
      false,
    ],
    [
      'a manifest that names the folder',
      {
        'package.json': { scripts: { build: 'x', start: 'y' } },
        'seaworthy.json': '{"static":{"root":"www","spa":true}}',
      },
      ['www'],
      true,
    ],
  ])('%s is served as pages', (_, files, candidates, spa) => {
    const made = plan(files)

    expect(made.runtime).toBe('static')
    expect(made.pages).toEqual({ candidates, spa })
    expect(made.processes).toEqual({})
  })

  test('pages with a worker beside them need a runtime', () => {
    const made = plan({
      'index.html': '',
      'seaworthy.json': '{"static":{"root":"."},"processes":{"worker":"node w.js"}}',
    })

    expect(made).toMatchObject({
      runtime: 'node',
      processes: { worker: 'node w.js' },
      pages: { candidates: ['.'] },
    })
  })

  test('a worker without a web process is an app too', () => {
    expect(plan({ 'package.json': {}, 'w.js': '', Procfile: 'worker: node w.js' })).toMatchObject({
      runtime: 'node',
      processes: { worker: 'node w.js' },
    })
  })

  test('a Python app with a front end builds that with Node and runs with Python', () => {
    const made = plan({
      'package.json': { scripts: { build: 'vite build' }, devDependencies: { vite: '8' } },
      'requirements.txt': 'flask',
      Procfile: 'web: gunicorn app:app',
    })

    expect(made).toMatchObject({
      runtime: 'python',
      build: 'npm run build',
      python: { requirements: 'requirements.txt' },
    })
    expect(made.node).toBeDefined()
  })

  test.each([
    ['nothing', {}, 'found: nothing'],
    ['files that say nothing', { 'readme.md': '', 'main.rs': '' }, 'found: main.rs, readme.md'],
    ['an app one folder down', { 'readme.md': '', 'shop/package.json': '{}' }, 'deploy that folder'],
    ['a package.json that says nothing', { 'package.json': {} }, 'no "start" script'],
    ['a damaged package.json', { 'package.json': '{' }, 'not valid JSON'],
    ['Python without a start', { 'requirements.txt': 'flask' }, 'Procfile'],
    ['a Node version that is none', { 'server.js': '', '.nvmrc': 'blue' }, '"blue"'],
  ])('%s is refused with what to add', (_, files, text) => {
    expect(() => plan(files)).toThrow(text)
  })
})

describe('how it is built', () => {
  const express = { 'package.json': { dependencies: { express: '5' }, scripts: { start: 'node a.js' } } }

  test.each([
    [{ 'package-lock.json': '' }, 'npm', '*', 'package-lock.json'],
    [{ 'npm-shrinkwrap.json': '' }, 'npm', '*', 'npm-shrinkwrap.json'],
    [{ 'pnpm-lock.yaml': "lockfileVersion: '9.0'" }, 'pnpm', '^10', 'pnpm-lock.yaml'],
    [{ 'pnpm-lock.yaml': 'lockfileVersion: 5.4' }, 'pnpm', '^7', 'pnpm-lock.yaml'],
    [{ 'yarn.lock': '# yarn lockfile v1' }, 'yarn', '^1.22', 'yarn.lock'],
    [{ 'yarn.lock': '__metadata:\n  version: 8' }, 'berry', '^4', 'yarn.lock'],
    [{ 'bun.lock': '' }, 'bun', '^1', 'bun.lock'],
    [{}, 'npm', '*', undefined],
  ])('the lockfile %o chooses %s', (lockfile, name, range, file) => {
    expect(plan({ ...express, ...lockfile }).packages).toMatchObject({
      name,
      range,
      lockfile: file,
      install: true,
    })
  })

  test('packageManager decides between two lockfiles, and says its version', () => {
    const made = plan({
      'package.json': {
        packageManager: 'yarn@4.1.0+sha224.abc',
        dependencies: { a: '1' },
        scripts: { start: 'node a' },
      },
      'package-lock.json': '',
      'yarn.lock': '__metadata:',
    })

    expect(made.packages).toMatchObject({ name: 'berry', range: '4.1.0', lockfile: 'yarn.lock' })
    expect(made.notices).toEqual([expect.stringContaining('package-lock.json beside yarn.lock')])
  })

  test('nothing is installed where nothing is asked for', () => {
    expect(
      plan({ 'package.json': { scripts: { start: 'node a.js' } }, 'package-lock.json': '' }),
    ).toMatchObject({
      packages: { install: false },
      tools: [],
    })
  })

  test('dev dependencies are installed for a build, for hooks and for install scripts only', () => {
    const withScripts = (scripts: object) => ({ 'package.json': { dependencies: { a: '1' }, scripts } })

    expect(plan(withScripts({ start: 'node a' })).packages!.devDependencies).toBe(false)
    expect(plan(withScripts({ start: 'node a', build: 'tsc' })).packages!.devDependencies).toBe(true)
    expect(plan(withScripts({ start: 'node a', postinstall: 'x' })).packages).toMatchObject({
      devDependencies: true,
      lifecycleScripts: ['postinstall'],
    })
    const hooked = { ...withScripts({ start: 'node a' }), 'seaworthy.json': '{"build":{"before":["./x"]}}' }
    expect(plan(hooked).packages!.devDependencies).toBe(true)
  })

  test.each([
    [{ '.nvmrc': 'v20.11.1' }, '20.11.1', '.nvmrc'],
    [{ '.nvmrc': 'lts/jod # ours' }, '22', '.nvmrc'],
    [{ '.nvmrc': 'lts/*' }, '26', '.nvmrc'],
    [{ '.node-version': '18' }, '>=18.0.0 <19.0.0-0', '.node-version'],
    [
      { '.nvmrc': '20', 'package.json': { engines: { node: '>=22' } } },
      '>=22.0.0',
      '"engines" in package.json',
    ],
    [
      { '.nvmrc': '20', 'seaworthy.json': '{"build":{"node":"24"}}' },
      '>=24.0.0 <25.0.0-0',
      '"build.node" in seaworthy.json',
    ],
    [{}, '26', 'default'],
  ])('the files %o ask for Node %s', (files, range, from) => {
    expect(plan({ 'server.js': '', ...files }).node).toEqual({ range, from })
  })

  test('the build command of the manifest wins, and its hooks are kept', () => {
    const made = plan({
      'package.json': { scripts: { build: 'tsc', start: 'node a.js' } },
      'seaworthy.json': '{"build":{"command":"make","before":["./a"],"after":["./b"]}}',
    })

    expect(made).toMatchObject({ before: ['./a'], build: 'make', after: ['./b'] })
  })

  test('tools are those that commands name, at build time or when the app runs', () => {
    const made = plan({
      'package.json': { dependencies: { a: '1' } },
      'pnpm-lock.yaml': '',
      Procfile: 'web: pnpm start\nrelease: npx migrate',
    })

    expect(made.tools).toEqual([
      { name: 'pnpm', range: '^10', atRuntime: true },
      { name: 'npm', range: '*', atRuntime: true },
    ])
  })

  test('a static page needs neither Node nor a tool', () => {
    const made = planBuild(factsOf({ 'index.html': '' }), parseManifest('{}'))

    expect(made).toMatchObject({ node: undefined, packages: undefined, tools: [], build: undefined })
  })
})
