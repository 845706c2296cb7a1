import { describe, expect, test } from 'vitest'
import { undeclaredImports } from './declared-imports.ts'

const NAMED = new Map([
  ['', new Set(['vitest'])],
  ['programs/edge', new Set(['mrmime', '@types/ws'])],
  ['packages/kit', new Set(['fastify', '@fastify/helmet'])],
])
const reasons = (file: string, source: string) =>
  undeclaredImports(file, source, NAMED).map(({ reason }) => reason)

describe('imports', () => {
  test.each([
    ['programs/edge/a.ts', "import { lookup } from 'mrmime'"],
    ['programs/edge/a.test.ts', "import { test } from 'vitest'"],
    ['packages/kit/src/a.ts', "import helmet from '@fastify/helmet/plugin'"],
    ['packages/kit/src/a.ts', "import { join } from 'node:path'\nimport x from './x.ts'"],
    ['programs/edge/a.ts', "import { x } from '@seaworthy/routes'"],
    ['scripts/a.test.ts', "import fastify from 'fastify'"],
    ['programs/edge/a.ts', "// import x from 'left-pad'"],
    ['programs/edge/a.ts', "const source = `import x from 'left-pad'`"],
  ])('of %s may be %s', (file, source) => {
    expect(reasons(file, source)).toEqual([])
  })

  test.each([
    [
      'programs/edge/a.ts',
      "import fastify from 'fastify'",
      "'fastify' is not named in programs/edge/package.json",
    ],
    [
      'packages/kit/src/a.ts',
      "await import('@other/deep/file')",
      "'@other/deep' is not named in packages/kit",
    ],
    ['scripts/a.ts', "export * from 'left-pad'", "'left-pad' is not named in any package.json"],
  ])('of %s may not be %s', (file, source, reason) => {
    expect(reasons(file, source)).toEqual([expect.stringContaining(reason)])
  })

  test('are found with their line', () => {
    expect(undeclaredImports('programs/edge/a.ts', "\n\nimport x from 'left-pad'", NAMED)).toMatchObject([
      { file: 'programs/edge/a.ts', line: 3 },
    ])
  })
})
