import { describe, expect, test } from 'vitest'
import { lintSource } from './house-rules.ts'

const reasons = (file: string, source: string) => lintSource(file, source).map(({ reason }) => reason)

describe('layers', () => {
  test.each([
    ['programs/cli/app.ts', "import { x } from '../edge/proxy.ts'", 'A program never imports another'],
    [
      'programs/cli/app.ts',
      "import type { X } from '@seaworthy/control-plane'",
      'A program never imports another',
    ],
    [
      'packages/runtime/src/a.ts',
      "const x = await import('../../../programs/edge/a.ts')",
      'A package never imports a program',
    ],
    ['packages/kit/src/a.ts', "import { x } from '@seaworthy/routes'", 'packages/kit imports nothing'],
    ['packages/kit/src/a.ts', "export * from '../../routes/src/a.ts'", 'packages/kit imports nothing'],
    [
      'packages/runtime/src/a.ts',
      "import {\n  x,\n} from '../../routes/src/match.ts'",
      'Import a package by its name',
    ],
    ['programs/edge/a.ts', "import { x } from '../../scripts/run-step.ts'", 'never imports from scripts/'],
  ])('%s refuses %s', (file, source, reason) => {
    expect(reasons(file, source)).toEqual([expect.stringContaining(reason)])
  })

  test.each([
    ['programs/cli/app.ts', "import { x } from '@seaworthy/api'\nimport { y } from './commands/y.ts'"],
    ['packages/runtime/src/a.ts', "import { AppError } from '@seaworthy/kit/errors'"],
    ['packages/kit/src/a.test.ts', "import { waitFor } from '@seaworthy/testing'"],
    ['packages/kit/src/http/a.ts', "import { x } from '../errors.ts'"],
    ['e2e/a.e2e.ts', "import { x } from '../programs/cli/profile.ts'"],
    ['programs/cli/app.ts', "// import { x } from '../edge/proxy.ts'\n/* from '../edge/a.ts' */"],
  ])('%s may have %s', (file, source) => {
    expect(reasons(file, source)).toEqual([])
  })
})

describe('pure files', () => {
  test.each([
    "import { readFile } from 'node:fs/promises'",
    'const now = Date.now()',
    'const now = new Date()',
    'const id = Math.random()',
    'setTimeout(done, 5)',
    'const home = process.env.HOME',
  ])('refuse %s', source => {
    expect(reasons('packages/routes/src/match.ts', source)).toEqual([
      expect.stringContaining('Decisions are pure'),
    ])
    expect(reasons('programs/control-plane/deployments/deployment-state.ts', source)).toHaveLength(1)
    expect(reasons('programs/control-plane/deployments/deployments.ts', source)).toEqual([])
  })

  test.each([
    "import type { Socket } from 'node:net'",
    'const at = new Date(milliseconds)',
    "const message = 'asked Date.now() too often'",
    'function decide(now: number) {}',
  ])('may have %s', source => {
    expect(reasons('packages/routes/src/match.ts', source)).toEqual([])
  })
})

describe('patterns', () => {
  test.each([
    ["import { exec } from 'node:child_process'", 'exec hands a string'],
    ["import { spawn, execSync as run } from 'child_process'", 'exec hands a string'],
    ['spawn(command, { shell: true })', '`shell` hands'],
    ["spawn(command, { shell: '/bin/bash' })", '`shell` hands'],
    ['console.log(1)', 'console bypasses'],
    ["post('/images/prune')", 'A prune of the engine'],
    ['client.pruneVolumes()', 'A prune of the engine'],
    ["spawn('docker', ['system', 'prune', '-f'])", 'A prune of the engine'],
    ['test.only(1)', '.only hides'],
    ['describe.concurrent.only(1)', '.only hides'],
    ["const home = '/ro' + 'ot'; const file = '/Users/x/file'", 'absolute path'],
  ])('refuse %s', (source, reason) => {
    expect(reasons('programs/edge/a.ts', source)).toEqual([expect.stringContaining(reason)])
  })

  test.each([
    "import { execFile, spawn } from 'node:child_process'",
    'const match = pattern.exec(text)',
    'spawn(file, args, { shell: false })',
    "const hint = 'console.log shows it'",
    '// console.log(1)',
    'const half = total / 2 // test.only',
    'const pattern = /console.log/',
    "const folder = '/network/x'",
    'list.only(1)',
    'await jobs.prune(before)',
    'image.remove({ noprune: true })',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test has a placeholder
    'const program = `console.log(${nested(`console.log(1)`, { a: 1 })})`',
  ])('may have %s', source => {
    expect(reasons('programs/edge/a.ts', source)).toEqual([])
  })

  test('names the line', () => {
    const source = "/**\n * it's a comment with one quote\n */\n\nconst x = 1\nconsole.log(x)\n"

    expect(lintSource('scripts/a.ts', source)).toMatchObject([{ file: 'scripts/a.ts', line: 6 }])
  })
})
