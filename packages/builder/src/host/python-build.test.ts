import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemPart } from '@seaworthy/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildSpec, createTestingBuilder, type TestingBuilder, writeSource } from './testing-builder.ts'

/** A build backend (PEP 517) in the package itself, so that pip fetches nothing: one module in a wheel, which is a zip. */
const BACKEND = `
import zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = 'thing-1.0-py3-none-any.whl'
    with zipfile.ZipFile(directory + '/' + name, 'w') as wheel:
        wheel.writestr('thing.py', 'answer = 42\\n')
        wheel.writestr('thing-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: thing\\nVersion: 1.0\\n')
        wheel.writestr('thing-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr('thing-1.0.dist-info/RECORD', '')
    return name
`

describe.skipIf(await systemPart.missing('python3'))('a Python app', () => {
  let testing: TestingBuilder

  beforeAll(async () => {
    testing = await createTestingBuilder()
  })

  afterAll(() => testing.close())

  test('without packages installs nothing', async () => {
    const spec = buildSpec(await writeSource({ 'app.py': '', 'requirements.txt': '# none\n\n' }))

    const result = await testing.builder.build(spec)

    expect(result).toMatchObject({ runtime: { kind: 'python' }, processes: { web: 'python3 app.py' } })
    expect(spec.log.steps).toContain('install cached')
    expect(existsSync(join(result.directory, '.python_packages'))).toBe(false)
  })

  test('gets its packages beside it, where its processes find them', async () => {
    const source = await writeSource({
      'app.py': 'import thing, os; print("answer", thing.answer, os.getcwd())',
      'requirements.txt': './vendor/thing\n',
      'vendor/thing/pyproject.toml':
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      'vendor/thing/backend.py': BACKEND,
    })

    const { directory, runtime } = await testing.builder.build(buildSpec(source))

    const output = { stdout: join(testing.home, 'out'), stderr: join(testing.home, 'err') }
    const running = await testing.sandbox.start({
      id: 'python-instance',
      argv: ['python3', 'app.py'],
      directory,
      writable: false,
      env: await testing.builder.runtimeEnv(runtime),
      userNumber: 1,
      limits: {},
      output,
    })
    expect(await running.exited).toMatchObject({ code: 0 })
    expect(await readFile(output.stdout, 'utf8')).toContain('answer 42')
  })

  test('with a package that is not there fails with its name', async () => {
    const spec = buildSpec(await writeSource({ 'app.py': '', 'requirements.txt': './vendor/nothing\n' }))

    await expect(testing.builder.build(spec)).rejects.toMatchObject({
      code: 'build_failed',
      failure: { step: 'install' },
    })
    expect(spec.log.lines.join('\n')).toContain('vendor/nothing')
  })
})
