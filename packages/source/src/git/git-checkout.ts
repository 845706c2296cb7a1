import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SourceRefused } from '../errors.ts'
import { shownPath } from '../tree/tree-problem.ts'
import { tooLarge } from '../tree/tree-steps.ts'
import { type GitCommandOptions, runGit, streamGit } from './git-command.ts'
import { refusesRef, refusesShallow, toGitError } from './git-failure.ts'
import type { GitRemote, GitSettings } from './git-remote.ts'
import { resolvePublicHost } from './public-address.ts'

export interface GitCheckoutOptions {
  remote: GitRemote
  settings: GitSettings
  /** Temporary folder of ours, removed by the caller. */
  stage: string
  /** For what git downloads. */
  maxBytes: number
  signal?: AbortSignal
}

export interface GitCheckout {
  /** Full hash of the commit. */
  commit: string
  /** Its tree (or that of the sub-directory) as a tar: no work tree, so no filter, hook or link of the repository acts. */
  archive: AsyncIterable<Buffer>
}

/**
 * Fetches one commit into a fresh repository, and lets `use` read its files. Git runs with settings of ours alone:
 * no user's or system's configuration, no hooks, no prompts, no submodules, no redirects, and (unless local addresses
 * are allowed) with the very addresses that were checked. Rejects with `SourceRefused`, or with the signal's reason.
 */
export async function withGitCheckout<Result>(
  options: GitCheckoutOptions,
  use: (checkout: GitCheckout) => Promise<Result>,
): Promise<Result> {
  const { remote, settings, stage, maxBytes, signal } = options
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(timedOut(remote, settings)), settings.timeoutMs)
  const repository = join(stage, 'repository')
  const watch = watchSize(repository, maxBytes, stop)
  try {
    const signals = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])])
    const command = await prepare(options, repository, signals)
    const commit = await fetchCommit(remote, command)
    const tree = await findTree(remote, commit, command)
    return await use({ commit, archive: streamGit(['archive', '--format=tar', tree], command) })
  } catch (error) {
    throw toGitError(error, remote)
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
  }
}

async function prepare(
  { remote, settings, stage }: GitCheckoutOptions,
  repository: string,
  signal: AbortSignal,
): Promise<GitCommandOptions> {
  const home = join(stage, 'home')
  await mkdir(home)
  await mkdir(repository)
  const env = await makeEnv(remote, settings, home)
  await runGit(['init', '--quiet', '--bare', '--template=', '.'], { directory: repository, env, signal })
  // All files count, also those that the repository leaves out of its own release archives.
  await mkdir(join(repository, 'info'), { recursive: true })
  await writeFile(join(repository, 'info', 'attributes'), '* -export-ignore -export-subst\n')
  return { directory: repository, env, signal }
}

/** Git's whole environment. Credentials go this way since other users can read arguments, but not this. */
async function makeEnv(
  remote: GitRemote,
  settings: GitSettings,
  home: string,
): Promise<Record<string, string>> {
  const config: [string, string][] = [
    ['protocol.ext.allow', 'never'],
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['http.followRedirects', 'false'],
    ['fetch.recurseSubmodules', 'false'],
    ['gc.auto', '0'],
    ...(await pinnedAddresses(remote, settings)),
    ...signInHeader(remote),
  ]
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: remote.protocol.slice(0, -1),
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(
      config.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  }
}

/** Checks where a name leads, and holds git to the answer: asked again, the name might lead elsewhere. */
async function pinnedAddresses(
  { protocol, host, port }: GitRemote,
  { allowLocal }: GitSettings,
): Promise<[string, string][]> {
  if (protocol === 'file:' || allowLocal) return []
  const addresses = await resolvePublicHost(host)
  const listed = addresses.map(address => (address.includes(':') ? `[${address}]` : address)).join(',')
  return [['http.curloptResolve', `${host}:${port}:${listed}`]]
}

function signInHeader({ credentials }: GitRemote): [string, string][] {
  if (credentials === undefined) return []
  return [['http.extraHeader', `Authorization: Basic ${Buffer.from(credentials).toString('base64')}`]]
}

/** The smallest fetch that the server grants: one commit; the branch with its history; all branches and tags. */
async function fetchCommit(remote: GitRemote, command: GitCommandOptions): Promise<string> {
  const { url, ref = 'HEAD' } = remote
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules']
  try {
    await runGit([...fetch, '--depth=1', '--', url, ref], command).catch(async error => {
      if (!refusesShallow(error)) throw error
      await runGit([...fetch, '--', url, ref], command)
    })
    return await runGit(['rev-parse', '--verify', '--quiet', 'FETCH_HEAD^{commit}'], command)
  } catch (error) {
    if (!isCommitHash(ref) || !(refusesRef(error) || refusesShallow(error))) throw error
    await runGit([...fetch, '--', url, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'], command)
    return await runGit(['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`], command)
  }
}

function isCommitHash(ref: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(ref)
}

async function findTree(
  { subdirectory, url }: GitRemote,
  commit: string,
  command: GitCommandOptions,
): Promise<string> {
  const tree = subdirectory === '' ? `${commit}^{tree}` : `${commit}:${subdirectory}`
  const kind = await runGit(['cat-file', '-t', tree], command).catch(() => 'missing')
  command.signal.throwIfAborted()
  if (kind === 'tree') return tree
  const message = `There is no folder ${shownPath(subdirectory)} in ${url} at that commit. Check its spelling.`
  throw new SourceRefused('git_subdirectory_invalid', message)
}

const WATCH_MS = 500

/** What a server sends has no announced size, so the files are measured while they grow. */
function watchSize(repository: string, maxBytes: number, stop: AbortController): NodeJS.Timeout {
  return setInterval(async () => {
    const bytes = await folderBytes(join(repository, 'objects', 'pack'))
    if (bytes > maxBytes) stop.abort(tooLarge(maxBytes))
  }, WATCH_MS)
}

async function folderBytes(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => [])
  const sizes = names.map(name =>
    stat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

function timedOut({ url }: GitRemote, { timeoutMs }: GitSettings): SourceRefused {
  return new SourceRefused(
    'git_timed_out',
    `Fetching ${url} took longer than ${Math.round(timeoutMs / 1000)} seconds. Try again in a moment; if the ` +
      'repository is very large, send the folder instead.',
  )
}
