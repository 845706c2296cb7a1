import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lintLockfile } from './lockfile-rules.ts'

test('refuses an entry that names a registry, but not a link inside the repository', () => {
  const problems = lintLockfile({
    packages: {
      'node_modules/a': { resolved: 'https://registry.example/a-1.0.0.tgz' },
      'node_modules/@seaworthy/kit': { resolved: 'packages/kit', link: true },
    },
  })

  expect(problems).toEqual([
    'node_modules/a: names where it came from (resolved: https://registry.example/a-1.0.0.tgz).',
  ])
})

test.each(['https://example.org/a.tgz', 'git+ssh://git@example.org/a.git', 'someone/a', 'file:../a'])(
  'refuses a dependency from %s',
  range => {
    const problems = lintLockfile({ packages: { '': { dependencies: { a: range } }, 'node_modules/a': {} } })

    expect(problems).toEqual([`package.json: takes a from ${range}, which no registry holds.`])
  },
)

test('refuses a lock file that lacks an entry, and finds nested ones', () => {
  const problems = lintLockfile({
    packages: {
      'node_modules/a': { optionalDependencies: { 'a-darwin': '1.0.0', b: '^1.0.0' } },
      'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
      'node_modules/c': {},
    },
  })

  expect(problems).toEqual(['node_modules/a: needs a-darwin, which is not listed.'])
})

test('the lock file of this repository is in order', () => {
  const file = join(import.meta.dirname, '..', '..', 'package-lock.json')

  expect(lintLockfile(JSON.parse(readFileSync(file, 'utf8')))).toEqual([])
})
