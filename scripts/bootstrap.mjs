/**
 * The part that runs on any Node >= 20, before anything is installed: it installs the workspace when
 * something is missing, and finds the Node version the project is pinned to (the npm package `node`).
 * Plain JavaScript without dependencies, because it runs on a clone that has no node_modules.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node')

/** Installs the workspace with `npm ci` unless node_modules holds what package-lock.json says. */
export function ensureInstalled() {
  if (isInstalled()) return

  process.stderr.write('Installing dependencies (first run, or the lock file changed) ...\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const result = spawnSync(npm, ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0 || !existsSync(pinnedNode)) {
    process.stderr.write(
      'Could not install the dependencies. Read the lines above; `npm ci` in this folder repeats the step.\n',
    )
    process.exit(1)
  }
  refuseUnusableNode()
}

/** Builds the dashboard when its sources are newer; the platform runs without one as well, and then says so. */
export function ensureDashboard() {
  const script = join(root, 'scripts', 'build-dashboard.ts')
  const { status } = spawnSync(pinnedNode, ['--disable-warning=ExperimentalWarning', script], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) process.stderr.write('The platform starts without its dashboard.\n')
}

/** A binary from npm brings no system libraries: better said once in words than by every command after this. */
function refuseUnusableNode() {
  const { status, stderr } = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' })
  if (status === 0) return
  const hint = /libatomic/.test(stderr ?? '') ? ' Install it with: apt-get install -y libatomic1' : ''
  process.stderr.write(`The pinned Node cannot run on this machine: ${(stderr ?? '').trim()}.${hint}\n`)
  process.exit(1)
}

/** npm writes down what it installed, at the very end: an install that was cut short leaves no such file. */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const installed = readPackages(join('node_modules', '.package-lock.json'))
  if (!existsSync(pinnedNode) || !wanted || !installed) return false
  return Object.entries(wanted).every(
    ([path, { version, link, optional }]) =>
      !path.startsWith('node_modules/') || link || optional || installed[path]?.version === version,
  )
}

/**
 * Runs a TypeScript entry with the pinned Node; signals reach it, its exit code becomes ours.
 * @param {string} entry path relative to the project root
 * @param {string[]} args
 */
export function runPinned(entry, args) {
  const child = spawn(pinnedNode, ['--disable-warning=ExperimentalWarning', join(root, entry), ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile'), ...process.env },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to the whole foreground group, so the child has it already.
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', error => {
    process.stderr.write(`Could not start ${pinnedNode}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    process.exit(
      signal ? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0) : (code ?? 1),
    )
  })
}

/** The entries of a lock file by path, or undefined when there is none. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}
