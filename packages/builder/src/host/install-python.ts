import { createHash } from 'node:crypto'
import { readInside } from '../read-inside.ts'
import type { BuildContext } from './build-context.ts'
import { installEnv, installHome } from './build-env.ts'
import { PYTHON_PACKAGES, pipCommand } from './step-commands.ts'

/** Installs the requirements with pip beside the app, or takes them from the cache (then `cached` is called). */
export async function installPython(
  build: BuildContext,
  requirements: string,
  cached: () => void,
): Promise<void> {
  const { folders, cache, spec } = build
  const text = requirements === '.' ? undefined : await readInside(folders.tree, requirements)
  if (text !== undefined && requirementLines(text).length === 0) return cached()
  const key = text === undefined ? undefined : requirementsKey(text, build)
  if (key && (await cache.restore(spec.app.id, key, folders, build.sharing))) return cached()
  const registry = await build.registrySettings()
  await build.workplace.withDownloads(installHome(build.inside, registry), () =>
    build.commands.run(pipCommand(requirements), {
      ...build.env,
      ...installEnv(build.inside, registry, 'pip'),
    }),
  )
  if (key) await cache.store(spec.app.id, key, folders.tree, [PYTHON_PACKAGES], build.sharing)
}

function requirementLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.replace(/(^|\s)#.*/, '').trim())
    .filter(line => line !== '')
}

/** Only exact versions install the same each time: one open range, option or local path, and nothing is cached. */
function requirementsKey(text: string, { python }: BuildContext): string | undefined {
  const lines = requirementLines(text)
  if (!lines.every(line => /^[\w.-]+(\[[\w,.-]+\])?\s*===?\s*[\w.!+]+(\s*;.*)?$/.test(line))) return undefined
  const facts = [1, 'python', python, process.platform, process.arch, lines]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}
