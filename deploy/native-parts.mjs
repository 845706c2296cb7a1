/**
 * `node native-parts.mjs FROM TO`: copies into the node_modules TO what its packages bring for this processor, out of
 * the complete node_modules FROM. npm would only install them together with every optional peer: test and page
 * frameworks of 60 MB that the platform never loads.
 */
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [from, to] = process.argv.slice(2)
for (const file of globSync(['*/package.json', '@*/*/package.json'], { cwd: to })) {
  const { optionalDependencies = {} } = readPackage(join(to, file))
  for (const name of Object.keys(optionalDependencies)) {
    if (isNative(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true })
  }
}

/** Packages for other processors are not there: npm leaves them out. */
function isNative(folder) {
  const file = join(folder, 'package.json')
  return existsSync(file) && readPackage(file).cpu !== undefined
}

function readPackage(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
