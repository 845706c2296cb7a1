/** `node check-imports.mjs FOLDER …`: fails when a program imports a package that the image leaves out. */
import { globSync, readFileSync } from 'node:fs'
import { findPackageJSON, stripTypeScriptTypes } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const IMPORT = /(?<![.\w])(?:from|import)\s*\(?\s*'([a-z@][\w./@-]*)'/g
/** Who imports one of these is loaded by tests only. */
const TEST_PACKAGES = ['vitest', '@seaworthy/testing']

const missing = process.argv
  .slice(2)
  .flatMap(folder =>
    globSync(`${folder}/**/*.ts`, { exclude: path => path.includes('node_modules') }).flatMap(missingOf),
  )
for (const line of missing) process.stderr.write(`not in the image: ${line}\n`)
process.exitCode = missing.length > 0 ? 1 : 0

function missingOf(file) {
  const packages = packagesOf(file)
  if (packages.some(name => TEST_PACKAGES.some(test => name === test || name.startsWith(`${test}/`))))
    return []
  return packages.filter(name => !isThere(name, file)).map(name => `${file}: ${name}`)
}

function packagesOf(file) {
  const code = stripTypeScriptTypes(readFileSync(file, 'utf8'))
  return [...code.matchAll(IMPORT)].map(([, name]) => name)
}

function isThere(name, file) {
  try {
    return findPackageJSON(name, pathToFileURL(resolve(file))) !== undefined
  } catch {
    return false
  }
}
