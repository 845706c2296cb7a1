import { join } from 'node:path'
import { removeTree } from '../copy-tree.ts'
import type { BuildPlan, PackagePlan } from '../detect/build-plan.ts'
import { type PackageJson, parsePackageJson } from '../detect/package-json.ts'
import { readInside } from '../read-inside.ts'
import type { BuildContext } from './build-context.ts'
import { installEnv, installHome } from './build-env.ts'
import { dependencyKey, findModuleFolders } from './dependency-key.ts'
import { installCommand, pruneCommand, scriptCommand } from './step-commands.ts'

/** Installs what package.json asks for, or takes it from the cache (then `cached` is called). */
export async function installNode(
  build: BuildContext,
  packages: PackagePlan,
  cached: () => void,
): Promise<void> {
  const { folders, cache, spec } = build
  const key = await keyOf(build, packages)
  if (key && (await cache.restore(spec.app.id, key, folders, build.sharing))) {
    cached()
    return runLifecycleScripts(build, packages)
  }
  await runWithRegistry(build, packages, installCommand(packages))
  if (key)
    await cache.store(spec.app.id, key, folders.tree, await findModuleFolders(folders.tree), build.sharing)
}

/** Whether the install may bring dev dependencies that must go. */
export function mayNeedPruning({ packages, runtime }: BuildPlan): boolean {
  if (!packages?.install || runtime === 'static') return false
  return packages.devDependencies || packages.name === 'berry'
}

/** Whether the installed tree holds dev dependencies that the finished app does not need. */
export async function needsPruning(build: BuildContext, plan: BuildPlan): Promise<boolean> {
  const { packages } = plan
  if (!packages || !mayNeedPruning(plan)) return false
  const text = await readInside(build.folders.tree, 'package.json')
  const packageJson = text === undefined ? undefined : parsePackageJson(text)
  return packageJson !== undefined && hasDevDependencies(packageJson)
}

export async function pruneNode(build: BuildContext, packages: PackagePlan): Promise<void> {
  // Bun removes nothing that is there already.
  if (packages.name === 'bun') await removeTree(join(build.folders.tree, 'node_modules'))
  await runWithRegistry(build, packages, pruneCommand(packages))
}

function hasDevDependencies({ devDependencies, hasWorkspaces }: PackageJson): boolean {
  return hasWorkspaces || Object.keys(devDependencies).length > 0
}

async function keyOf(
  { plan, folders, node }: BuildContext,
  packages: PackagePlan,
): Promise<string | undefined> {
  const manager = plan.tools.find(tool => tool.name === packages.name)
  return dependencyKey({
    directory: folders.tree,
    packages,
    nodeVersion: node?.version ?? '',
    managerVersion: manager?.range ?? '',
  })
}

/** The app's own install scripts may write outside of `node_modules`, which the cache does not hold. */
async function runLifecycleScripts(build: BuildContext, packages: PackagePlan): Promise<void> {
  for (const script of packages.lifecycleScripts) {
    await build.workplace.openToCommands()
    await build.commands.run(scriptCommand(packages, script), build.env)
  }
}

async function runWithRegistry(
  build: BuildContext,
  { name }: PackagePlan,
  argv: readonly string[],
): Promise<void> {
  const registry = await build.registrySettings()
  await build.workplace.withDownloads(installHome(build.inside, registry), () =>
    build.commands.run(argv, { ...build.env, ...installEnv(build.inside, registry, name) }),
  )
}
