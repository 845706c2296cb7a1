import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { DockerIgnore } from './docker-ignore.ts'

/** Never part of an upload, at any depth: history, and what the build installs afresh. */
const ALWAYS_LEFT_OUT = new Set(['.git', 'node_modules'])

/** `out`: leave out. `outButLook`: leave the folder out, but something in it may be wanted. */
export type Verdict = 'in' | 'out' | 'outButLook'

/**
 * Which entries of a folder its `.gitignore` files and its `.dockerignore` leave out. Rules of git as gitignore(5)
 * has them: a deeper file decides before a higher one, the last matching line decides, and nothing below an ignored
 * folder comes back. Folders above count up to the repository's root. `.git/info/exclude` and the user's own
 * ignore file are not read.
 */
export class IgnoreRules {
  readonly #git: readonly GitRules[]
  readonly #docker: DockerIgnore

  private constructor(git: readonly GitRules[], docker: DockerIgnore) {
    this.#git = git
    this.#docker = docker
  }

  /** The rules in force at the top of `folder`. */
  static async read(folder: string): Promise<IgnoreRules> {
    const above = repositoryFoldersAbove(folder)
    const git = await Promise.all(above.map(directory => readGitRules(directory, folder)))
    return await new IgnoreRules(
      git.filter(isThere),
      DockerIgnore.parse((await readText(join(folder, '.dockerignore'))) ?? ''),
    ).enter(folder, '')
  }

  /** The rules below `path` (relative to `folder`), which may bring a `.gitignore` of its own. */
  async enter(folder: string, path: string): Promise<IgnoreRules> {
    const own = await readGitRules(join(folder, path), folder)
    return own === undefined ? this : new IgnoreRules([...this.#git, own], this.#docker)
  }

  judge(path: string, isFolder: boolean): Verdict {
    if (ALWAYS_LEFT_OUT.has(path.slice(path.lastIndexOf('/') + 1))) return 'out'
    if (this.#isIgnoredByGit(isFolder ? `${path}/` : path)) return 'out'
    if (!this.#docker.ignores(path) || isTellingFile(path)) return 'in'
    return isFolder && this.#docker.bringsBack ? 'outButLook' : 'out'
  }

  #isIgnoredByGit(path: string): boolean {
    for (const { prefix, matcher } of this.#git.toReversed()) {
      const { ignored, unignored } = matcher.test(prefix.below + path.slice(prefix.above.length))
      if (ignored || unignored) return ignored
    }
    return false
  }
}

/** A `.dockerignore` keeps files out of an image; the platform needs these all the same, as `docker build` does. */
function isTellingFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /dockerfile/i.test(name) || ['seaworthy.json', 'Procfile'].includes(path)
}

interface GitRules {
  /** How a path from the packed folder becomes one from the folder of this file: less `above`, plus `below`. */
  prefix: { above: string; below: string }
  matcher: Ignore
}

async function readGitRules(directory: string, folder: string): Promise<GitRules | undefined> {
  const text = await readText(join(directory, '.gitignore'))
  if (text === undefined) return undefined
  const above = slashed(relative(folder, directory))
  const isAbove = above === '..' || above.startsWith('../')
  return {
    prefix: isAbove
      ? { above: '', below: withSlash(slashed(relative(directory, folder))) }
      : { above: withSlash(above), below: '' },
    matcher: ignore({ ignorecase: false }).add(text),
  }
}

/** From the repository's root down to the folder above `folder`; none when no repository holds it. */
function repositoryFoldersAbove(folder: string): string[] {
  const above: string[] = []
  let at = folder
  while (!existsSync(join(at, '.git'))) {
    const parent = dirname(at)
    if (parent === at) return []
    above.unshift(parent)
    at = parent
  }
  return above
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR') return undefined
    throw error
  }
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}

function withSlash(path: string): string {
  return path === '' ? '' : `${path}/`
}
