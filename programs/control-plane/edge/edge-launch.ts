import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface LaunchedEdge {
  pid: number
  logFile: string
  /** How it ended: `code 1`, `signal SIGKILL`. Undefined while it runs. */
  readonly exit: string | undefined
  /** What it wrote last about an end, in its own words; empty when it wrote nothing. */
  lastWords(): string
  kill(): void
}

export interface LaunchOptions {
  home: string
  httpPort: number
  httpsPort: number
  version: string
  env?: Record<string, string>
}

/** A path, not an import: programs never import each other. */
const EDGE_ENTRY = fileURLToPath(new URL('../../edge/main.ts', import.meta.url))
/** What the edge's environment takes over from ours: never our secrets. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'NODE_COMPILE_CACHE', 'SEAWORTHY_EDGE_HOST']
/** The edge forwards bytes and keeps little: a small heap and few helper threads serve it best. */
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning']

/** Starts an edge that outlives us: own session, output appended to `logs/edge/edge.log`. */
export function launchEdge({ home, httpPort, httpsPort, version, env = {} }: LaunchOptions): LaunchedEdge {
  const folder = join(home, 'logs', 'edge')
  mkdirSync(folder, { recursive: true })
  const logFile = join(folder, 'edge.log')
  const output = openSync(logFile, 'a', 0o640)
  const logStart = fstatSync(output).size
  let exit: string | undefined
  const child = spawn(process.execPath, [...NODE_FLAGS, EDGE_ENTRY], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', output, output],
    env: {
      NODE_COMPILE_CACHE: join(home, 'cache', 'node-compile'),
      ...inherited(),
      SEAWORTHY_HOME: home,
      SEAWORTHY_HTTP_PORT: String(httpPort),
      SEAWORTHY_HTTPS_PORT: String(httpsPort),
      SEAWORTHY_VERSION: version,
      ...env,
    },
  })
  closeSync(output)
  child.on('error', error => {
    exit = error.message
  })
  child.on('exit', (code, signal) => {
    exit = signal ? `signal ${signal}` : `code ${code}`
  })
  child.unref()
  return {
    pid: child.pid ?? -1,
    logFile,
    get exit() {
      return exit
    },
    lastWords: () => lastWordsOf(readFileSync(logFile).subarray(logStart).toString()),
    kill: () => child.kill('SIGKILL'),
  }
}

/** The pid in `<home>/run/edge.pid`; the process may be gone. */
export function readEdgePid(home: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(home, 'run', 'edge.pid'), 'utf8'))
    return Number.isInteger(pid) && pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

/** Ends an edge that does not answer. Looks first whether the pid is an edge still, and not somebody's who got its number. */
export function killUnresponsiveEdge(pid: number): void {
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(EDGE_ENTRY)) process.kill(pid, 'SIGKILL')
  } catch {
    // Gone meanwhile, or no /proc to be sure by: then better an edge too many than a stranger killed.
  }
}

/** The error of its last log line; a program that broke down before it had a log wrote plain lines instead. */
function lastWordsOf(written: string): string {
  const line = written.trimEnd().split('\n').at(-1) ?? ''
  try {
    const { error, msg } = JSON.parse(line) as { error?: string; msg?: string }
    return error ?? msg ?? ''
  } catch {
    return written.split('\n').find(text => /^\w*Error\b/.test(text)) ?? line
  }
}

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    INHERITED.filter(name => process.env[name]).map(name => [name, process.env[name]]),
  )
}
