/** The rules of our own that no linter knows: layers, pure files, named packages. Exit code 1 with every violation. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type NamedPackages, undeclaredImports } from './lint/declared-imports.ts'
import { lintSource } from './lint/house-rules.ts'
import { repositoryFiles } from './lint/repository-files.ts'

const root = join(import.meta.dirname, '..')
const BAD_EXAMPLES = ['scripts/lint/house-rules.test.ts', 'scripts/lint/declared-imports.test.ts']
const sources = await repositoryFiles(root, ['.ts', '.tsx', '.mjs', '.js'])
const files = sources.filter(file => !BAD_EXAMPLES.includes(file))
const named = await namedPackages()
const violations = (await Promise.all(files.map(lintFile))).flat()
for (const { file, line, reason } of violations) process.stdout.write(`${file}:${line}  ${reason}\n`)
process.stdout.write(`${files.length} files, ${violations.length} violations of the house rules\n`)
process.exitCode = violations.length === 0 ? 0 : 1

async function lintFile(file: string) {
  const source = await readFile(join(root, file), 'utf8')
  // An example is an app of its own; it names what it needs for npm to install it there.
  const undeclared = file.startsWith('examples/') ? [] : undeclaredImports(file, source, named)
  return [...lintSource(file, source), ...undeclared]
}

async function namedPackages(): Promise<NamedPackages> {
  const manifests = (await repositoryFiles(root, ['package.json'])).filter(
    file => !file.startsWith('examples/'),
  )
  const entries = manifests.map(async file => {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(
      await readFile(join(root, file), 'utf8'),
    )
    const folder = dirname(file) === '.' ? '' : dirname(file)
    const names = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })
    return [folder, new Set(names)] as const
  })
  return new Map(await Promise.all(entries))
}
