import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { type Platform, ROOT } from './platform.ts'

const CLI = join(ROOT, 'programs', 'cli', 'main.ts')

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  stdin?: string
  env?: Record<string, string>
}

/** A command that runs: what it has written so far, and its end. */
export class RunningCommand {
  readonly outcome: Outcome = { code: null, stdout: '', stderr: '' }
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>

  constructor(child: ChildProcess) {
    this.#child = child
    this.#closed = once(child, 'close')
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', text => {
        this.outcome[name] += text
      })
    }
  }

  async ended(): Promise<Outcome> {
    await this.#closed
    this.outcome.code = this.#child.exitCode
    return this.outcome
  }
}

/** Somebody's terminal: the real command line as processes, with a home of its own to keep a sign-in in. */
export class Terminal {
  readonly cwd: string
  readonly env: Record<string, string>

  private constructor(cwd: string, env: Record<string, string>) {
    this.cwd = cwd
    this.env = env
  }

  /** Of the one who administers the machine: the socket file is within reach. Removed when the test file ends. */
  static onMachine({ env }: Pick<Platform, 'env'>): Terminal {
    const { path } = temporaryFolder({ prefix: 'seaworthy-admin-' })
    return new Terminal(path, { ...env, HOME: path })
  }

  /** Of a person somewhere else, who knows nothing but addresses. Removed when the test file ends. */
  static elsewhere({ env }: Pick<Platform, 'env'>): Terminal {
    const { path } = temporaryFolder({ prefix: 'seaworthy-person-' })
    const { PATH = '', NODE_COMPILE_CACHE = '' } = env
    return new Terminal(path, { PATH, NODE_COMPILE_CACHE, HOME: path, SEAWORTHY_HOME: join(path, 'none') })
  }

  /** Starts `seaworthy …args` and resolves with its exit code and all that it wrote. */
  run(args: readonly string[], { stdin = '', env = {} }: RunOptions = {}): Promise<Outcome> {
    return this.start(args, { stdin, env }).ended()
  }

  /** The same, for a command that waits for something. */
  start(args: readonly string[], { stdin = '', env = {} }: RunOptions = {}): RunningCommand {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], {
      cwd: this.cwd,
      env: { ...this.env, ...env },
    })
    child.stdin.on('error', () => {}) // a command that reads nothing ends before all is written
    child.stdin.end(stdin)
    return new RunningCommand(child)
  }

  /** What a command that must succeed writes to standard output. */
  async good(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args)
    if (code !== 0) throw new Error(`seaworthy ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`)
    return stdout.trimEnd()
  }

  /** The JSON of a command that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a script would read
  async json(...args: string[]): Promise<any> {
    return JSON.parse(await this.good(...args, '--json'))
  }
}
