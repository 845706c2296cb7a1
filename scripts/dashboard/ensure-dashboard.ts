import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runStep } from '../run-step.ts'
import { precompress } from './precompress.ts'
import { sourceDigest } from './source-digest.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** Older builds may still serve a platform that runs, and pages that are open in a browser. */
const BUILDS_KEPT = 3
const KEPT_MS = 24 * 3_600_000

export interface EnsureDashboardOptions {
  /** The repository. */
  root?: string
  tell?(line: string): void
}

/** Resolves with the folder of a build that fits the sources. Rejects with what to do when the build fails. */
export async function ensureDashboard({
  root = ROOT,
  tell = () => {},
}: EnsureDashboardOptions = {}): Promise<string> {
  const dist = join(root, 'programs', 'dashboard', 'dist')
  const digest = await sourceDigest(root)
  const folder = join(dist, digest)
  if (!(await exists(join(folder, 'index.html')))) {
    tell('Building the dashboard (first run, or its sources changed) ...')
    await buildInto(folder, root)
  }
  await nameCurrent(dist, digest)
  return folder
}

async function buildInto(folder: string, root: string): Promise<void> {
  const working = `${folder}.${randomUUID()}.part`
  try {
    await runVite(root, working)
    await precompress(working)
    await rename(working, folder).catch(unlessThere)
  } finally {
    await rm(working, { recursive: true, force: true })
  }
}

/** As a process of its own: tests run with another NODE_ENV, which would bring React with all its warnings. */
async function runVite(root: string, target: string): Promise<void> {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const project = join(root, 'programs', 'dashboard')
  // Node reads the configuration as it is; Vite would first write a translation of it beside the sources.
  const args = [vite, 'build', project, '--outDir', target, '--configLoader', 'native']
  const code = await runStep(process.execPath, args, {
    cwd: project,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (code === 0) return
  throw new Error(
    'The dashboard could not be built: see the lines above. If its sources are as you got them, ' +
      'install afresh with `npm ci` and try `npm run build:dashboard`.',
  )
}

/** Another build of the same sources was faster; it is as good. */
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}

async function nameCurrent(dist: string, digest: string): Promise<void> {
  const file = join(dist, 'current')
  if ((await readFile(file, 'utf8').catch(() => '')) === digest) return
  await mkdir(dist, { recursive: true })
  const working = `${file}.${randomUUID()}`
  await writeFile(working, digest)
  await rename(working, file)
  await removeOldBuilds(dist, digest)
}

async function removeOldBuilds(dist: string, current: string): Promise<void> {
  const names = (await readdir(dist)).filter(name => /^[0-9a-f]{16}/.test(name) && name !== current)
  const builds = await Promise.all(
    names.map(async name => ({ name, at: (await stat(join(dist, name))).mtimeMs })),
  )
  const old = builds.sort((a, b) => b.at - a.at).slice(BUILDS_KEPT - 1)
  const unused = old.filter(({ at }) => Date.now() - at > KEPT_MS)
  await Promise.all(unused.map(({ name }) => rm(join(dist, name), { recursive: true, force: true })))
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
