import { DetectionFailed } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { BuildPlan, PackagePlan, ToolName } from './build-plan.ts'
import { type Framework, findFramework } from './frameworks.ts'
import { wantedNode } from './node-version.ts'
import { choosePackageManager, findLockfiles, type PackageManager } from './package-manager.ts'
import { looksLikePython, pythonRequirements, pythonWebCommand } from './python-app.ts'
import type { SourceFacts } from './source-facts.ts'
import { serverFile, startScript, usesServerLibrary } from './start-command.ts'

/**
 * Decides how a source is built and run: what the app says itself (manifest, Procfile) wins over what its files tell.
 * Pure: the same facts give the same plan.
 * @throws {DetectionFailed} when nothing tells how to run the app
 */
export function planBuild(facts: SourceFacts, manifest: Manifest): BuildPlan {
  if (facts.entries.includes('package.json') && !facts.packageJson) {
    throw new DetectionFailed('package.json is not valid JSON. Correct it and deploy again.')
  }
  const manager = facts.packageJson && choosePackageManager(facts)
  const shape = findShape(facts, manifest, manager)
  const build = manifest.build.command ?? shape.build ?? buildScript(facts, manager)
  const draft = {
    ...shape,
    before: manifest.build.before,
    build,
    after: manifest.build.after,
    packages: manager && planPackages(facts, manager, runsCommands(manifest, build)),
    python: shape.runtime === 'python' ? pythonPlan(facts) : undefined,
    notices: noticesOf(facts),
  }
  return { ...draft, node: nodeOf(draft, facts, manifest), tools: toolsOf(draft) }
}

type Shape = Pick<BuildPlan, 'title' | 'runtime' | 'processes' | 'pages'> & { build?: string }

/** The kinds of app, tried in order; the first that fits decides. */
function findShape(facts: SourceFacts, manifest: Manifest, manager?: PackageManager): Shape {
  return (
    ownProcesses(facts, manifest) ??
    ownPages(facts, manifest) ??
    (facts.packageJson && nodeApp(facts, manifest, manager!)) ??
    bareApp(facts, manifest) ??
    nothingTells(facts, manifest)
  )
}

/** The app names its web process itself. */
function ownProcesses(facts: SourceFacts, manifest: Manifest): Shape | undefined {
  const { web } = manifest.processes
  if (web === undefined) return undefined
  const runtime = runtimeOf(web, facts)
  const pages = manifest.static && pagesOf(manifest, { title: '', outputs: ['dist', 'public'] })
  const title = runtime === 'python' ? 'Python app' : (findFramework(facts)?.title ?? 'Node app')
  return { title, runtime, processes: manifest.processes, pages }
}

/** The app names a folder of pages and no web process. */
function ownPages(facts: SourceFacts, manifest: Manifest): Shape | undefined {
  if (!manifest.static?.root && !manifest.build.output) return undefined
  const framework = findFramework(facts)
  return pagesShape(framework ?? { title: 'Static site', outputs: [] }, manifest)
}

function nodeApp(facts: SourceFacts, manifest: Manifest, manager: PackageManager): Shape | undefined {
  const framework = findFramework(facts)
  const script = startScript(facts, runnerOf(manager))
  if (framework?.start)
    return serverShape(framework.title, frameworkStart(framework, facts, script), manifest)
  if (script) return serverShape('Node app', script, manifest)
  if (framework) return pagesShape(framework, manifest)
  return withoutFramework(facts, manifest)
}

function withoutFramework(facts: SourceFacts, manifest: Manifest): Shape | undefined {
  const file = serverFile(facts)
  const hasPage = facts.entries.includes('index.html')
  if (file && (usesServerLibrary(facts) || !hasPage)) return serverShape('Node app', file, manifest)
  if (looksLikePython(facts)) return undefined // a package.json beside a Python app is for its front end
  if (facts.packageJson!.scripts.build) return pagesShape(UNKNOWN_GENERATOR, manifest)
  return undefined
}

/** Not known by name, but it has a build script and nothing to start. */
const UNKNOWN_GENERATOR = { title: 'Static site', outputs: ['dist', 'build', 'out', 'public', '_site'] }

/** No package.json, or one that tells nothing. */
function bareApp(facts: SourceFacts, manifest: Manifest): Shape | undefined {
  if (looksLikePython(facts)) {
    const processes = { web: pythonWebCommand(facts), ...manifest.processes }
    return { title: 'Python app', runtime: 'python', processes }
  }
  if (facts.entries.includes('index.html'))
    return pagesShape({ title: 'Static site', outputs: ['.'] }, manifest)
  if (facts.nested.includes('public/index.html')) {
    return pagesShape({ title: 'Static site', outputs: ['public'] }, manifest)
  }
  const file = facts.packageJson ? undefined : serverFile(facts)
  return file ? serverShape('Node app', file, manifest) : undefined
}

function nothingTells(facts: SourceFacts, manifest: Manifest): Shape {
  const others = Object.keys(manifest.processes)
  if (others.length > 0) {
    const runtime = others.some(name => runtimeOf(manifest.processes[name]!, facts) === 'python')
      ? 'python'
      : 'node'
    return { title: 'App without a web process', runtime, processes: manifest.processes }
  }
  throw new DetectionFailed(`${whatIsMissing(facts)} ${hintForFolder(facts)}`)
}

function whatIsMissing(facts: SourceFacts): string {
  if (facts.packageJson) {
    return (
      'package.json has no "start" script, and no server.js, index.js, app.js, main.js or index.html was found. ' +
      'Add a "start" script, or "processes": { "web": "node my-file.js" } in seaworthy.json.'
    )
  }
  const found = facts.entries.slice(0, 8).join(', ') || 'nothing'
  return (
    'Nothing tells how to run this app. Looked in its root for seaworthy.json, Procfile, package.json, server.js, ' +
    `requirements.txt, pyproject.toml and index.html, and found: ${found}.`
  )
}

function hintForFolder(facts: SourceFacts): string {
  const folder = facts.nested.find(path => /\/(package\.json|index\.html|requirements\.txt)$/.test(path))
  if (folder) return `The folder "${folder.split('/')[0]}" looks like an app: deploy that folder instead.`
  return facts.packageJson
    ? ''
    : 'Add a seaworthy.json with { "processes": { "web": "your start command" } }.'
}

function serverShape(title: string, web: string, manifest: Manifest): Shape {
  return { title, runtime: 'node', processes: { web, ...manifest.processes } }
}

function pagesShape(framework: Framework, manifest: Manifest): Shape {
  const processes = manifest.processes // workers beside pages
  const runtime = Object.keys(processes).length > 0 ? 'node' : 'static'
  return { title: framework.title, runtime, processes, pages: pagesOf(manifest, framework) }
}

function pagesOf(manifest: Manifest, framework: Framework): BuildPlan['pages'] {
  const own = manifest.static?.root ?? manifest.build.output
  return {
    candidates: own ? [own] : (framework.outputs ?? ['.']),
    spa: manifest.static?.spa ?? framework.spa ?? false,
  }
}

/** A start script of the app's own (a custom server) wins over the framework's; the framework's own gets the port. */
function frameworkStart(framework: Framework, facts: SourceFacts, script: string | undefined): string {
  const own = facts.packageJson!.scripts.start ?? ''
  const isFrameworks = /^(next|nuxt|nuxi)\b/.test(own)
  return script && !isFrameworks ? script : framework.start!
}

function buildScript(facts: SourceFacts, manager?: PackageManager): string | undefined {
  return facts.packageJson?.scripts.build?.trim() ? `${runnerOf(manager!)} run build` : undefined
}

function runnerOf({ name }: PackageManager): string {
  return name === 'berry' ? 'yarn' : name
}

function runsCommands(manifest: Manifest, build: string | undefined): boolean {
  return build !== undefined || manifest.build.before.length > 0 || manifest.build.after.length > 0
}

function planPackages(facts: SourceFacts, manager: PackageManager, runsCommands: boolean): PackagePlan {
  const { dependencies, devDependencies, optionalDependencies, hasWorkspaces, scripts } = facts.packageJson!
  const lifecycleScripts = LIFECYCLE.filter(name => scripts[name] !== undefined)
  const listed = [dependencies, devDependencies, optionalDependencies].some(
    group => Object.keys(group).length > 0,
  )
  const workspaces = hasWorkspaces || facts.entries.includes('pnpm-workspace.yaml')
  return {
    ...manager,
    install: listed || workspaces || lifecycleScripts.length > 0,
    devDependencies: runsCommands || lifecycleScripts.length > 0,
    lifecycleScripts,
  }
}

/** https://docs.npmjs.com/cli/using-npm/scripts: what `npm ci` runs for the app itself. */
const LIFECYCLE = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare']

function pythonPlan(facts: SourceFacts): BuildPlan['python'] {
  const requirements = pythonRequirements(facts)
  return requirements === undefined ? undefined : { requirements }
}

const PYTHON_COMMAND =
  /^(env\s+)?(\w+=\S+\s+)*(python|python3|gunicorn|uvicorn|flask|hypercorn|daphne|celery|waitress-serve|streamlit)\b/

function runtimeOf(command: string, facts: SourceFacts): 'node' | 'python' {
  if (PYTHON_COMMAND.test(command.trim())) return 'python'
  return facts.packageJson === undefined && looksLikePython(facts) && !/^(node|npm|npx)\b/.test(command)
    ? 'python'
    : 'node'
}

type Draft = Omit<BuildPlan, 'node' | 'tools'>

/** Node is needed to run a Node app, and to build any app with a package.json and something to do in it. */
function nodeOf(draft: Draft, facts: SourceFacts, manifest: Manifest): BuildPlan['node'] {
  const builds = draft.packages !== undefined && (draft.packages.install || draft.build !== undefined)
  const asksForNode = commandsOf(draft).some(({ line }) => /\b(node|npm|npx|pnpm|yarn|bun)\b/.test(line))
  return draft.runtime === 'node' || builds || asksForNode ? wantedNode(facts, manifest) : undefined
}

function toolsOf(draft: Draft): BuildPlan['tools'] {
  const found = new Map<ToolName, BuildPlan['tools'][number]>()
  const packages = draft.packages
  if (packages?.install)
    found.set(packages.name, { name: packages.name, range: packages.range, atRuntime: false })
  for (const { line, atRuntime } of commandsOf(draft)) {
    for (const [word] of line.matchAll(/\b(npm|npx|pnpm|yarn|bunx?)\b/g)) {
      const name = toolOf(word, packages)
      const range = packages?.name === name ? packages.range : '*'
      found.set(name, { name, range, atRuntime: atRuntime || found.get(name)?.atRuntime === true })
    }
  }
  return [...found.values()]
}

function toolOf(word: string, packages: PackagePlan | undefined): ToolName {
  if (word === 'yarn') return packages?.name === 'berry' ? 'berry' : 'yarn'
  return word === 'npx' ? 'npm' : word === 'bunx' ? 'bun' : (word as ToolName)
}

function commandsOf(draft: Draft): { line: string; atRuntime: boolean }[] {
  const building = [...draft.before, draft.build, ...draft.after].filter(line => line !== undefined)
  return [
    ...building.map(line => ({ line, atRuntime: false })),
    ...Object.values(draft.processes).map(line => ({ line, atRuntime: true })),
  ]
}

function noticesOf(facts: SourceFacts): string[] {
  const [first, ...others] = findLockfiles(facts)
  if (others.length === 0) return []
  return [
    `Found ${others.join(' and ')} beside ${first}: ${first} counts. Delete the other to avoid surprises.`,
  ]
}
