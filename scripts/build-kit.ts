/**
 * Builds the published form of packages/kit into its dist folder, a complete package of its own:
 * `npm pack ./packages/kit/dist`. In the repository the kit runs from source, so that its own package.json names
 * TypeScript files, which Node refuses to run inside node_modules; npm cannot exchange `exports` while packing.
 */
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runStep } from './run-step.ts'

const root = join(import.meta.dirname, '..')
const kit = join(root, 'packages', 'kit')

export interface PackageManifest {
  exports: Record<string, string>
  scripts?: Record<string, string>
  [field: string]: unknown
}

/** Emits JavaScript and declarations. Returns the folder, or throws when the compiler finds an error. */
export async function buildKit({ target = join(kit, 'dist') } = {}): Promise<string> {
  await rm(target, { recursive: true, force: true })
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const code = await runStep(process.execPath, [
    tsc,
    '-p',
    join(kit, 'tsconfig.build.json'),
    '--outDir',
    target,
  ])
  if (code !== 0) throw new Error('The kit does not compile: see the lines above.')
  const manifest = JSON.parse(await readFile(join(kit, 'package.json'), 'utf8')) as PackageManifest
  await writeFile(join(target, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
  await copyFile(join(kit, 'README.md'), join(target, 'README.md'))
  await copyFile(join(root, 'LICENSE'), join(target, 'LICENSE'))
  return target
}

/** The manifest with each `./src/x.ts` export as the built file and its declarations, and without scripts. */
export function publishedManifest({ scripts, exports, ...rest }: PackageManifest): object {
  const built = Object.entries(exports).map(([path, source]) => {
    const file = source.replace('./src/', './').replace(/\.ts$/, '')
    return [path, { types: `${file}.d.ts`, default: `${file}.js` }]
  })
  return { ...rest, exports: Object.fromEntries(built) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await buildKit()
  process.stdout.write(`Built ${folder}. Try it: npm pack ./packages/kit/dist\n`)
}
