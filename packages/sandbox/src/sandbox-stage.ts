import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger as log } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import { createSandbox, type SandboxOptions } from './create-sandbox.ts'
import type { CommandHandle, CommandSpec, RunningCommand, Sandbox } from './sandbox.ts'

/** One test's world: a home for the platform, a work tree, and a sandbox in which nothing is left in the end. */
export async function openStage(options: Partial<SandboxOptions> = {}): Promise<Stage> {
  const stage = new Stage(temporaryFolder().path, options)
  mkdirSync(stage.tree)
  mkdirSync(stage.toolchains)
  await stage.reopen()
  onTestFinished(() => stage.close())
  return stage
}

export class Stage {
  declare sandbox: Sandbox
  readonly home: string
  readonly tree: string
  readonly toolchains: string
  readonly #options: Partial<SandboxOptions>
  readonly #handles: CommandHandle[] = []

  constructor(home: string, options: Partial<SandboxOptions>) {
    this.home = home
    this.tree = join(home, 'tree')
    this.toolchains = join(home, 'toolchains')
    this.#options = options
  }

  /** A new sandbox over the same home, as after a restart of the platform. */
  async reopen(options: Partial<SandboxOptions> = {}): Promise<void> {
    this.sandbox?.close()
    const runDirectory = join(this.home, 'run')
    this.sandbox = await createSandbox({
      log,
      runDirectory,
      toolchainsDirectory: this.toolchains,
      ...this.#options,
      ...options,
    })
  }

  spec(changes: Partial<CommandSpec> = {}): CommandSpec {
    return {
      id: 'one',
      argv: ['true'],
      directory: this.tree,
      writable: false,
      env: {},
      userNumber: 1,
      limits: {},
      output: { stdout: join(this.home, `${changes.id ?? 'one'}.out`), stderr: join(this.home, 'err') },
      ...changes,
    }
  }

  async start(changes: Partial<CommandSpec>): Promise<RunningCommand> {
    const command = await this.sandbox.start(this.spec(changes))
    this.#handles.push(command.handle)
    return command
  }

  /** Runs a script to its end and gives what it said. */
  async run(script: string, changes: Partial<CommandSpec> = {}): Promise<string> {
    const command = await this.start({ argv: ['/bin/sh', '-c', script], ...changes })
    await command.exited
    return this.output(command.handle.id)
  }

  output(id = 'one'): string {
    const file = join(this.home, `${id}.out`)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  errors(): string {
    return readFileSync(join(this.home, 'err'), 'utf8')
  }

  async waitForOutput(text: string, id?: string): Promise<void> {
    await waitFor(() => this.output(id).includes(text), { what: `the output ${text}` })
  }

  async waitForNumber(name: string, id?: string): Promise<number> {
    return Number(
      await waitFor(() => new RegExp(`${name} (\\d+)\\n`).exec(this.output(id))?.[1], { what: name }),
    )
  }

  async close(): Promise<void> {
    for (const handle of this.#handles) await this.sandbox.stop(handle, { graceMs: 0 })
    this.sandbox.close()
    chmodSync(this.tree, 0o755)
  }
}

export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
