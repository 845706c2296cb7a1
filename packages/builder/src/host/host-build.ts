import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '@seaworthy/kit'
import { type PathsInside, parseCommandLine, type Sandbox } from '@seaworthy/sandbox'
import { type BuildMemory, buildMemory } from '../build-memory.ts'
import type { AppRuntime, BuildSpec, TreeResult } from '../builder.ts'
import { CopyFailed, removeTree, takeOwnership } from '../copy-tree.ts'
import type { BuildPlan } from '../detect/build-plan.ts'
import { planBuild } from '../detect/plan-build.ts'
import { readSource } from '../detect/read-source.ts'
import { BuildCancelled, BuildFailed, BuildTimedOut } from '../errors.ts'
import { MANIFEST_FILE, type Manifest } from '../manifest.ts'
import type { Tool, Toolchains } from '../toolchains/toolchains.ts'
import { BuildCommands } from './build-commands.ts'
import type { BuildContext } from './build-context.ts'
import { buildEnv } from './build-env.ts'
import { type BuildFolders, createFolders, removeFolders } from './build-folders.ts'
import { BuildSteps } from './build-steps.ts'
import { BuildWorkplace } from './build-workplace.ts'
import { ensureNoOutwardLinks, findPages, hidePrivateFiles } from './collect-pages.ts'
import type { DependencyCache, Sharing } from './dependency-cache.ts'
import { installNode, mayNeedPruning, needsPruning, pruneNode } from './install-node.ts'
import { installPython } from './install-python.ts'
import type { RegistrySettings } from './registry-settings.ts'
import { findSystemPython } from './system-python.ts'

export interface HostBuildParts {
  sandbox: Sandbox
  toolchains: Toolchains
  cache: DependencyCache
  folders: BuildFolders
  inside: PathsInside
  registrySettings(): Promise<RegistrySettings>
  /** Of all that the build has on the disk. */
  maxBytes: number
}

/**
 * One build: detect → prepare → before → install → build → after → prune → collect. Whatever happens, nothing of it
 * is left but the finished tree.
 */
export class HostBuild {
  readonly #spec: BuildSpec
  readonly #parts: HostBuildParts
  readonly #deadline = new AbortController()
  readonly #signal: AbortSignal
  readonly #steps: BuildSteps

  constructor(spec: BuildSpec, parts: HostBuildParts) {
    this.#spec = spec
    this.#parts = parts
    this.#signal = AbortSignal.any([spec.signal, this.#deadline.signal])
    this.#steps = new BuildSteps({ log: spec.log, signal: this.#signal })
  }

  /** @throws {BuildFailed | BuildCancelled | BuildTimedOut} */
  async run(): Promise<TreeResult> {
    const { folders } = this.#parts
    const timer = setTimeout(() => this.#deadline.abort(), this.#spec.deadlineMs)
    try {
      await createFolders(folders)
      const result = await this.#runSteps()
      this.#signal.throwIfAborted()
      await removeTree(folders.root)
      return result
    } catch (error) {
      await removeFolders(folders).catch(() => {}) // why the build ended matters more; the next sweep removes them
      throw this.#explain(error)
    } finally {
      clearTimeout(timer)
    }
  }

  async #runSteps(): Promise<TreeResult> {
    const { manifest, plan, memory } = await this.#detect()
    const build = await this.#prepare(plan, memory)
    await this.#runLines(build, 'before', 'Run the hooks before the build', plan.before)
    await this.#install(build)
    if (plan.build !== undefined) await this.#runBuild(build, plan.build)
    await this.#runLines(build, 'after', 'Run the hooks after the build', plan.after)
    await this.#prune(build)
    const pages = await this.#collect(build)
    const { processes } = plan
    return {
      directory: this.#parts.folders.finished,
      processes,
      static: pages,
      runtime: await this.#runtime(build),
      manifest,
    }
  }

  #detect(): Promise<{ manifest: Manifest; plan: BuildPlan; memory: BuildMemory }> {
    return this.#steps.run({ name: 'detect', title: 'Find out what this app is' }, async () => {
      const { facts, manifest } = await readSource(this.#spec.sourceDirectory)
      const plan = planBuild(facts, manifest)
      this.#steps.remark(plan.title)
      for (const notice of plan.notices) this.#steps.remark(notice)
      const givenMb = this.#spec.limits.memoryMb
      const memory = buildMemory({ givenMb, manifest, text: facts.texts[MANIFEST_FILE] })
      return { manifest: { ...manifest, processes: plan.processes }, plan, memory }
    })
  }

  #prepare(plan: BuildPlan, memory: BuildMemory): Promise<BuildContext> {
    return this.#steps.run({ name: 'prepare', title: 'Prepare the source and the tools' }, async () => {
      const workplace = new BuildWorkplace({ ...this.#parts, app: this.#spec.app })
      const copying = workplace.copySource(this.#spec.sourceDirectory, this.#signal)
      const finding = this.#untilAborted(this.#findTools(plan))
      await Promise.allSettled([copying, finding]) // both, or a failure would leave a copy under way
      await copying
      return this.#context({ plan, memory, workplace }, await finding)
    })
  }

  async #findTools(plan: BuildPlan): Promise<Pick<BuildContext, 'node' | 'python'> & { bins: string[] }> {
    const { toolchains } = this.#parts
    await toolchains.ensureDirectory()
    const node = plan.node && (await toolchains.node(plan.node.range))
    if (node) this.#steps.remark(`Node ${node.version} (${plan.node!.from})`)
    const tools: Tool[] = []
    for (const { name, range } of plan.tools) {
      const tool = await toolchains.tool(name, range, (node ?? { version: process.versions.node }).version)
      this.#steps.remark(`${name === 'berry' ? 'yarn' : name} ${tool.version}`)
      tools.push(tool)
    }
    const isPython = plan.runtime === 'python'
    const python = isPython ? await findSystemPython({ needsPip: plan.python !== undefined }) : undefined
    if (python) this.#steps.remark(`Python ${python}`)
    return { node, python, bins: [node, ...tools].filter(tool => tool !== undefined).map(tool => tool.bin) }
  }

  #context(
    { plan, memory, workplace }: { plan: BuildPlan; memory: BuildMemory; workplace: BuildWorkplace },
    { node, python, bins }: Pick<BuildContext, 'node' | 'python'> & { bins: string[] },
  ): BuildContext {
    const { folders, cache, inside, sandbox, registrySettings, maxBytes } = this.#parts
    const spec = this.#spec
    const commands = new BuildCommands({
      ...{ sandbox, spec, memory, folders, maxBytes },
      steps: this.#steps,
      signal: this.#signal,
    })
    const sharing: Sharing = {
      how: sandbox.powers.users && isUntouchedAfterInstall(plan) ? 'link' : 'copy',
      giveToApp: directory => sandbox.prepareWorkTree(directory, spec.app.userNumber),
    }
    const env = buildEnv({ appEnv: spec.env, inside, bins, python: python !== undefined })
    return {
      spec,
      plan,
      folders,
      workplace,
      commands,
      cache,
      sharing,
      inside,
      node,
      python,
      env,
      registrySettings,
    }
  }

  async #runLines(build: BuildContext, name: string, title: string, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return
    await this.#steps.run({ name, title }, async () => {
      await build.workplace.openToCommands()
      for (const line of lines) await build.commands.run(parseCommandLine(line, build.env), build.env)
    })
  }

  async #runBuild(build: BuildContext, line: string): Promise<void> {
    await build.workplace.openToCommands()
    await build.workplace.withBuildCaches(() => this.#runLines(build, 'build', 'Build the app', [line]))
  }

  async #install(build: BuildContext): Promise<void> {
    const { packages, python } = build.plan
    if (packages?.install) {
      const title = `Install dependencies (${packages.name === 'berry' ? 'yarn' : packages.name})`
      await this.#steps.run({ name: 'install', title }, cached => installNode(build, packages, cached))
    }
    if (python) {
      const step = { name: 'install', title: 'Install dependencies (pip)' }
      await this.#steps.run(step, cached => installPython(build, python.requirements, cached))
    }
  }

  async #prune(build: BuildContext): Promise<void> {
    if (!(await needsPruning(build, build.plan))) return
    const step = { name: 'prune', title: 'Remove dev dependencies' }
    await this.#steps.run(step, () => pruneNode(build, build.plan.packages!))
  }

  /** Moves the finished tree, or only its pages, to where the caller takes it from. */
  #collect(build: BuildContext): Promise<TreeResult['static']> {
    return this.#steps.run({ name: 'collect', title: 'Collect the result' }, async () => {
      const { tree, finished } = build.folders
      const { pages, runtime } = build.plan
      await build.workplace.close()
      // Its instances shall not be able to change their own release.
      if (this.#parts.sandbox.powers.users) await takeOwnership(tree)
      const root = pages && (await findPages(tree, pages))
      const isPagesOnly = root !== undefined && runtime === 'static'
      const result = isPagesOnly ? join(tree, root) : tree
      if (isPagesOnly && root === '.') await hidePrivateFiles(tree)
      if (root !== undefined) await ensureNoOutwardLinks(join(tree, root))
      await mkdir(dirname(finished), { recursive: true })
      await rename(result, finished)
      return pages && { root: isPagesOnly ? '.' : root!, spa: pages.spa }
    })
  }

  async #runtime({ plan, node, python }: BuildContext): Promise<AppRuntime> {
    if (plan.runtime === 'static') return { kind: 'static' }
    if (plan.runtime === 'python') return { kind: 'python', version: python! }
    const tools = plan.tools.filter(tool => tool.atRuntime)
    const pairs = await Promise.all(
      tools.map(async ({ name, range }) => [
        name,
        (await this.#parts.toolchains.tool(name, range, node!.version)).version,
      ]),
    )
    return {
      kind: 'node',
      version: node!.version,
      ...(pairs.length > 0 ? { tools: Object.fromEntries(pairs) } : {}),
    }
  }

  /** A fetch that other builds may share goes on; this build no longer waits for it. */
  #untilAborted<Value>(promise: Promise<Value>): Promise<Value> {
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => aborted.reject(this.#signal.reason)
    this.#signal.addEventListener('abort', onAbort, { once: true })
    return Promise.race([promise, aborted.promise]).finally(() =>
      this.#signal.removeEventListener('abort', onAbort),
    )
  }

  #explain(error: unknown): unknown {
    const step = this.#steps.current
    if (this.#spec.signal.aborted) return new BuildCancelled(step)
    if (this.#deadline.signal.aborted) return new BuildTimedOut(step, this.#spec.deadlineMs)
    if (error instanceof BuildFailed) return error
    if (isDiskFull(error))
      return this.#failed('The disk is full.', 'Free space on the server, then deploy again.', error)
    if (error instanceof AppError && error.isOperational) return this.#failed(error.message, undefined, error)
    return error // our bug
  }

  #failed(message: string, hint: string | undefined, cause: unknown): BuildFailed {
    return new BuildFailed(
      message,
      { step: this.#steps.current, exitCode: null, lastLines: [], hint },
      { cause },
    )
  }
}

/** Then nothing writes to the installed files once they are there. */
function isUntouchedAfterInstall(plan: BuildPlan): boolean {
  const commands = [
    ...plan.after,
    ...(plan.build ? [plan.build] : []),
    ...(plan.packages?.lifecycleScripts ?? []),
  ]
  return commands.length === 0 && !mayNeedPruning(plan)
}

function isDiskFull(error: unknown): boolean {
  if (error instanceof CopyFailed) return error.isDiskFull
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
}
