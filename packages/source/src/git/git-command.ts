import { type ChildProcess, spawn } from 'node:child_process'
import { SourceRefused } from '../errors.ts'

export interface GitCommandOptions {
  directory: string
  env: Readonly<Record<string, string>>
  /** Ends git and all it started. */
  signal: AbortSignal
}

/** Git ended with an error; `stderr` is the end of what it said. */
export class GitCommandFailed extends Error {
  readonly stderr: string

  constructor(stderr: string) {
    super('git failed')
    this.name = 'GitCommandFailed'
    this.stderr = stderr
  }
}

const MAX_STDERR = 8 * 1024

/** Runs git and resolves with its output. Rejects with `GitCommandFailed`, or with the signal's reason. */
export async function runGit(args: readonly string[], options: GitCommandOptions): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of streamGit(args, options)) chunks.push(chunk)
  return Buffer.concat(chunks).toString().trim()
}

/** The output of git as it comes. Leaving early ends git. */
export async function* streamGit(
  args: readonly string[],
  options: GitCommandOptions,
): AsyncGenerator<Buffer> {
  const { directory, env, signal } = options
  signal.throwIfAborted()
  // `detached` makes git lead a process group, so that its helpers (git-remote-https …) end with it.
  const git = spawn('git', args, { cwd: directory, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let isClosed = false
  git.once('close', () => {
    isClosed = true // its helpers have let go of the pipes too; from now on the pid may be another's
  })
  const end = () => {
    if (!isClosed) endGroup(git)
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    const outcome = waitForEnd(git)
    yield* git.stdout
    await outcome
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}

function waitForEnd(git: ChildProcess): Promise<void> {
  let stderr = ''
  git.stderr?.on('data', chunk => {
    stderr = (stderr + chunk).slice(-MAX_STDERR)
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  git.once('error', cause => reject(isMissing(cause) ? gitMissing(cause) : cause))
  git.once('close', code => (code === 0 ? resolve() : reject(new GitCommandFailed(stderr))))
  promise.catch(() => {}) // the output's reader may fail first
  return promise
}

function endGroup(git: ChildProcess): void {
  if (git.pid === undefined) return // never started
  try {
    process.kill(-git.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // already gone is what we want
  }
}

function isMissing(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function gitMissing(cause: Error): SourceRefused {
  const message =
    'Git is not installed on the server. Install it (for example `apt-get install git`) and deploy again.'
  return new SourceRefused('git_missing', message, { cause })
}
