/**
 * The part that runs on any Node >= 20, before anything is installed: it installs the workspace when the lock
 * file changed, and finds the Node version the project is pinned to (the npm package `node`).
 * Plain JavaScript without dependencies, because it runs on a clone that has no node_modules.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stampFile = join(root, 'node_modules', '.seaworthy-lock-digest')
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node')

/** Installs the workspace with `npm ci` unless node_modules already matches package-lock.json. */
export function ensureInstalled() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(pinnedNode) && readIfThere(stampFile) === digest) return

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
  writeFileSync(stampFile, digest)
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

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
