import { randomUUID } from 'node:crypto'
import {
  chmod,
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import semver from 'semver'
import { copyTree } from '../copy-tree.ts'
import type { ToolName } from '../detect/build-plan.ts'
import { ToolchainUnavailable } from '../errors.ts'
import { runProgram } from '../run-program.ts'
import { findHostNpm, type HostNpm } from './host-npm.ts'
import { nodePackage, npmRangeFor, type ToolPackage, toolPackage } from './tool-packages.ts'

/** A tool in the tool chains' folder. Never changed once it is there. */
export interface Tool {
  version: string
  /** The folder with its programs, relative to the tool chains' folder: `node/22.23.3/bin`. */
  bin: string
}

/**
 * Node versions and package managers, fetched once through the npm registry and shared by all apps.
 * Layout: `<directory>/<tool>/<version>/bin/…`. Complete or absent: each is made aside and renamed into place, so
 * concurrent calls, in one process or several, never see half of one.
 */
export interface Toolchains {
  /** On this host. Commands may see it elsewhere: `pathsInside` of the sandbox. */
  readonly directory: string
  /** The npm of this host. */
  hostNpm(): HostNpm
  /** Makes the folder: the sandbox mounts it for every command, whether it needs a tool or not. */
  ensureDirectory(): Promise<void>
  /**
   * A Node that fits: the platform's own, else one that is here, else the newest from the registry.
   * @throws {ToolchainUnavailable}
   */
  node(range: string): Promise<Tool>
  /** A package manager for a Node version. @throws {ToolchainUnavailable} */
  tool(name: ToolName, range: string, nodeVersion: string): Promise<Tool>
}

export interface ToolchainsOptions {
  directory: string
  log: Logger
  /** The Node that runs the platform. */
  hostNode?: { path: string; version: string }
}

export function createToolchains({ directory, log, hostNode = ownNode() }: ToolchainsOptions): Toolchains {
  return new NpmToolchains(directory, log, hostNode)
}

function ownNode() {
  return { path: process.execPath, version: process.versions.node }
}

const STALE_STAGING_MS = 60 * 60 * 1000

class NpmToolchains implements Toolchains {
  readonly directory: string
  readonly #log: Logger
  readonly #hostNode: { path: string; version: string }
  /** What is being fetched, so that two builds that ask at once share one fetch. */
  readonly #underWay = new Map<string, Promise<Tool>>()
  #npm: HostNpm | undefined

  constructor(directory: string, log: Logger, hostNode: { path: string; version: string }) {
    this.directory = directory
    this.#log = log
    this.#hostNode = hostNode
  }

  hostNpm(): HostNpm {
    this.#npm ??= findHostNpm()
    return this.#npm
  }

  async ensureDirectory(): Promise<void> {
    await ensureFolder(this.directory)
  }

  async node(range: string): Promise<Tool> {
    if (semver.satisfies(this.#hostNode.version, range)) return this.#placeHostNode()
    return (await this.#present('node', range)) ?? this.#fetch('node', { name: nodePackage() }, range)
  }

  async tool(name: ToolName, range: string, nodeVersion: string): Promise<Tool> {
    const wanted = name === 'npm' && range === '*' ? npmRangeFor(nodeVersion) : range
    const present = await this.#present(name, wanted)
    if (present) return present
    if (name === 'npm')
      return (await this.#copyHostNpm(wanted)) ?? this.#fetch('npm', toolPackage('npm'), wanted)
    return this.#fetch(name, toolPackage(name), wanted)
  }

  async #present(tool: string, range: string): Promise<Tool | undefined> {
    const versions = await readdir(join(this.directory, tool)).catch(() => [])
    const version = semver.maxSatisfying(
      versions.filter(name => semver.valid(name)),
      range,
    )
    return version ? toolAt(tool, version) : undefined
  }

  #placeHostNode(): Promise<Tool> {
    const { path, version } = this.#hostNode
    return this.#place('node', version, async staging => {
      await mkdir(join(staging, 'bin'))
      const target = join(staging, 'bin/node')
      // A hard link costs nothing; over a file system's border it must be a copy.
      await link(path, target).catch(() => copyFile(path, target))
    })
  }

  /** No network needed where the host's npm is complete in itself; Debian's own package is not. */
  async #copyHostNpm(range: string): Promise<Tool | undefined> {
    const { directory } = this.hostNpm()
    const text = await readFile(join(directory, 'package.json'), 'utf8')
    const { version } = JSON.parse(text) as { version: string }
    if (!semver.satisfies(version, range)) return undefined
    return this.#place('npm', version, async staging => {
      const copy = join(staging, 'lib/node_modules/npm')
      await mkdir(copy, { recursive: true })
      await copyTree(directory, copy)
      await linkPrograms(staging, copy, {})
      await expectRuns(join(copy, 'bin/npm-cli.js'), version)
    }).catch(() => undefined)
  }

  async #fetch(tool: string, { name, aliases = {} }: ToolPackage, range: string): Promise<Tool> {
    const version = await this.#newest(tool, name, range)
    return this.#place(tool, version, async staging => {
      this.#log.info({ tool, version }, 'fetching tool chain')
      await this.#installPackage(staging, `${name}@${version}`)
      const installed = join(staging, 'lib/node_modules', name)
      await linkPrograms(staging, installed, aliases)
      if (tool === 'node') await expectRuns(join(staging, 'bin/node'), `v${version}`)
    })
  }

  async #newest(tool: string, name: string, range: string): Promise<string> {
    const { stdout, stderr } = await this.hostNpm().run(['view', `${name}@${range}`, 'version', '--json'], {
      cwd: await ensureFolder(this.directory),
    })
    const versions = parseVersions(stdout)
    const version = semver.maxSatisfying(versions, range)
    if (version) return version
    const reason =
      /E404|ETARGET|No match/i.test(stderr + stdout) || stderr.trim() === ''
        ? 'no such version exists'
        : lastLine(stderr)
    throw new ToolchainUnavailable(
      `No ${titleOf(tool)} that fits "${range}" could be fetched for ${process.platform} ${process.arch}: ${reason}. ` +
        (tool === 'node'
          ? `Ask for another version (the server has ${this.#hostNode.version}).`
          : 'Ask for another version.'),
      { details: { tool, range, stderr: stderr.slice(-2000) } },
    )
  }

  async #installPackage(staging: string, spec: string): Promise<void> {
    await mkdir(join(staging, 'lib'))
    await writeFile(join(staging, 'lib/package.json'), '{"private":true}') // its own project, whatever lies above
    const args = [
      'install',
      '--ignore-scripts',
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      spec,
    ]
    const { code, stderr } = await this.hostNpm().run(args, { cwd: join(staging, 'lib') })
    if (code === 0) return
    throw new ToolchainUnavailable(
      `${spec} could not be fetched: ${lastLine(stderr)}. Check the server's network and its npm registry.`,
      { details: { spec, stderr: stderr.slice(-2000) } },
    )
  }

  /** Makes `<tool>/<version>` complete or not at all; whoever comes second takes what the first one made. */
  #place(tool: string, version: string, make: (staging: string) => Promise<void>): Promise<Tool> {
    const key = `${tool}/${version}`
    const underWay = this.#underWay.get(key) ?? this.#placeOnce(tool, version, make)
    this.#underWay.set(key, underWay)
    return underWay.finally(() => this.#underWay.delete(key))
  }

  async #placeOnce(tool: string, version: string, make: (staging: string) => Promise<void>): Promise<Tool> {
    const place = join(this.directory, tool, version)
    if (await exists(place)) return toolAt(tool, version)
    await this.#removeStaleStaging()
    const staging = join(await ensureFolder(this.directory), `.staging-${randomUUID()}`)
    await mkdir(staging, { mode: 0o755 })
    try {
      await make(staging)
      await ensureFolder(dirname(place))
      await rename(staging, place).catch(async error => {
        if (!(await exists(place))) throw error // else another process was first
      })
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
    return toolAt(tool, version)
  }

  async #removeStaleStaging(): Promise<void> {
    const names = await readdir(this.directory).catch(() => [])
    for (const name of names.filter(name => name.startsWith('.staging-'))) {
      const path = join(this.directory, name)
      const info = await stat(path).catch(() => undefined)
      if (info && Date.now() - info.mtimeMs > STALE_STAGING_MS)
        await rm(path, { recursive: true, force: true })
    }
  }
}

function toolAt(tool: string, version: string): Tool {
  return { version, bin: `${tool}/${version}/bin` }
}

function titleOf(tool: string): string {
  if (tool === 'node') return 'Node version'
  return `version of ${tool === 'berry' ? 'yarn' : tool}`
}

/** `bin/<name>` → the package's programs. */
async function linkPrograms(
  staging: string,
  packageDirectory: string,
  aliases: Record<string, string>,
): Promise<void> {
  const { name, bin = {} } = await readPackage(packageDirectory)
  const named = typeof bin === 'string' ? { [name.split('/').at(-1)!]: bin } : bin
  const folder = await ensureFolder(join(staging, 'bin'))
  for (const [program, path] of Object.entries({ ...named, ...aliases })) {
    const file = join(packageDirectory, path)
    await chmod(file, 0o755)
    await symlink(relative(folder, file), join(folder, program))
  }
}

/** npm ends well on a full disk too, and leaves files that stop in the middle. */
async function readPackage(
  directory: string,
): Promise<{ name: string; bin?: string | Record<string, string> }> {
  const text = await readFile(join(directory, 'package.json'), 'utf8')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ToolchainUnavailable(
      'A tool that the build needs could not be stored whole. The disk is probably full: free some space, then deploy again.',
      { cause },
    )
  }
}

/** A program of another libc or processor is fetched without complaint, but does not run. */
async function expectRuns(program: string, version: string): Promise<void> {
  const [file, args] = program.endsWith('.js') ? [process.execPath, [program]] : [program, []]
  const result = await runProgram(file, [...args, '--version']).catch(() => undefined)
  if (result?.code === 0 && result.stdout.trim() === version) return
  throw new ToolchainUnavailable(`The fetched version ${version} does not run on this server.`, {
    details: { program, stderr: result?.stderr.slice(-500) },
  })
}

function parseVersions(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json)
    const list = Array.isArray(value) ? value : [value]
    return list.filter(item => typeof item === 'string' && semver.valid(item) !== null) as string[]
  } catch {
    return []
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').map(line => line.replace(/^npm (error|ERR!)\s*/, '').trim())
  return (
    lines.filter(line => line !== '' && !/complete log|A complete/.test(line)).at(-1) ?? 'npm gave no reason'
  ).replace(/\.$/, '')
}

async function ensureFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o755 })
  return path
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
