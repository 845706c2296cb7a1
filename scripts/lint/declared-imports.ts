import { isBuiltin } from 'node:module'
import { importsOf, type Violation } from './house-rules.ts'
import { codeAlone, codeAndStrings } from './source-text.ts'

/** The packages that each package.json names, by its folder: `packages/kit`, or '' for the root. */
export type NamedPackages = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Imports of packages that no package.json of the file's own names. On one machine another package may have brought
 * them along; a fresh clone lacks them. What belongs to no workspace (scripts, tests of the whole) may use all.
 */
export function undeclaredImports(file: string, source: string, named: NamedPackages): Violation[] {
  const workspace = file.split('/').slice(0, 2).join('/')
  const sets = named.has(workspace) ? [named.get(workspace)!, named.get('')!] : [...named.values()]
  const code = codeAlone(source)
  return importsOf(codeAndStrings(source)).flatMap(({ specifier, line, offset }) => {
    const name = packageName(specifier)
    const isCode = code.startsWith(source.slice(offset, offset + 6), offset)
    if (!isCode || name === undefined || sets.some(set => set.has(name))) return []
    const place = named.has(workspace) ? `${workspace}/package.json` : 'any package.json'
    return [{ file, line, reason: `'${name}' is not named in ${place}, so that a fresh clone may lack it.` }]
  })
}

/** Undefined for files, for the package's own `#imports`, for Node's modules, and for our packages, always linked. */
function packageName(specifier: string): string | undefined {
  if (/^[./#]/.test(specifier) || isBuiltin(specifier) || specifier.startsWith('@seaworthy/'))
    return undefined
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
