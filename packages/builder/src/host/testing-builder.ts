import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { createSandbox, type Sandbox } from '@seaworthy/sandbox'
import { temporaryFolder } from '@seaworthy/testing'
import type { BuildLogWriter, BuildSpec } from '../builder.ts'
import { createToolchains } from '../toolchains/toolchains.ts'
import { createHostBuilder, type HostBuilder, type HostBuilderOptions } from './host-builder.ts'

/** A host builder in a home of its own, for the tests of this package. */
export interface TestingBuilder {
  builder: HostBuilder
  sandbox: Sandbox
  home: string
  close(): Promise<void>
}

export async function createTestingBuilder({
  powers = 'auto',
  ...options
}: Partial<HostBuilderOptions> & { powers?: 'auto' | 'plain' } = {}): Promise<TestingBuilder> {
  const home = temporaryFolder({ prefix: 'seaworthy-builder-' }).path
  const log = silentLogger
  const toolchains = createToolchains({ directory: join(home, 'toolchains'), log })
  const sandbox = await createSandbox({
    log,
    runDirectory: join(home, 'run'),
    toolchainsDirectory: toolchains.directory,
    powers,
  })
  const builder = createHostBuilder({
    sandbox,
    toolchains,
    buildsDirectory: join(home, 'builds'),
    cacheDirectory: join(home, 'cache'),
    log,
    ...options,
  })
  return { builder, sandbox, home, close: () => closeSandbox(sandbox) }
}

async function closeSandbox(sandbox: Sandbox): Promise<void> {
  await sandbox.sweep([])
  sandbox.close()
}

/** Writes a source tree, `path → text`. */
export async function writeSource(files: Record<string, string | object>): Promise<string> {
  const directory = temporaryFolder({ prefix: 'seaworthy-source-' }).path
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return directory
}

/** A package-lock.json for packages of the registry that depend on nothing. */
export function npmLockfile(name: string, dependencies: Record<string, string>, root: object = {}): object {
  const packages = Object.entries(dependencies).map(([path, version]) => [
    `node_modules/${path}`,
    { version },
  ])
  return {
    name,
    lockfileVersion: 3,
    packages: { '': { name, dependencies, ...root }, ...Object.fromEntries(packages) },
  }
}

/** Keeps what a build writes. */
export class MemoryBuildLog implements BuildLogWriter {
  readonly steps: string[] = []
  readonly lines: string[] = []
  onLine: ((text: string) => void) | undefined

  stepStarted(): void {}

  stepFinished(name: string, outcome: string): void {
    this.steps.push(`${name} ${outcome}`)
  }

  line(text: string, stream: string): void {
    this.lines.push(`${stream}: ${text}`)
    this.onLine?.(text)
  }
}

let count = 0

export function buildSpec(
  sourceDirectory: string,
  more: Partial<BuildSpec> = {},
): BuildSpec & { log: MemoryBuildLog } {
  count += 1
  return {
    id: `b${count}`,
    app: { id: 'app-1', slug: 'shop', userNumber: 1 },
    sourceDirectory,
    env: {},
    limits: {},
    deadlineMs: 60_000,
    signal: new AbortController().signal,
    ...more,
    log: (more.log as MemoryBuildLog | undefined) ?? new MemoryBuildLog(),
  }
}
