import { SourceRefused } from '../errors.ts'
import type { GitOrigin } from '../source-store.ts'
import { shownPath } from '../tree/tree-problem.ts'

export interface GitSettings {
  /** Whether addresses of local networks and of this machine, and `http://`, may be fetched from. */
  allowLocal: boolean
  /** Whether `file://` may be: any repository that the platform's user can read. */
  allowFile: boolean
  /** For the whole fetch. */
  timeoutMs: number
}

/** A `GitOrigin` that is safe to hand to git. */
export interface GitRemote {
  /** Normalised, without credentials: may be logged and shown. */
  url: string
  protocol: 'https:' | 'http:' | 'file:'
  /** Without brackets; empty for `file:`. */
  host: string
  port: number
  /** `user:password` of the URL. */
  credentials: string | undefined
  ref: string | undefined
  /** Inside the repository, without slashes at its ends; empty for the root. */
  subdirectory: string
}

/** Throws `SourceRefused` for what is no address, ref or folder of a repository, or would be an option to git. */
export function parseGitOrigin(
  origin: GitOrigin,
  settings: Pick<GitSettings, 'allowLocal' | 'allowFile'>,
): GitRemote {
  const url = parseUrl(origin.url)
  const protocol = checkProtocol(url, settings)
  const { username, password } = url
  const credentials = username === '' ? undefined : `${decode(username)}:${decode(password)}`
  url.username = ''
  url.password = ''
  return {
    url: url.href,
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (protocol === 'http:' ? 80 : 443),
    credentials,
    ref: origin.ref === undefined ? undefined : checkRef(origin.ref),
    subdirectory: checkSubdirectory(origin.subdirectory ?? ''),
  }
}

function parseUrl(text: string): URL {
  const isOdd = text.length > 2048 || [...text].some(isControlOrSpace)
  // The parser also brings hosts to one form: 0x7f.1, 2130706433 and 017700000001 become 127.0.0.1.
  const url = isOdd || text.startsWith('-') ? undefined : URL.parse(text)
  if (url) return url
  throw refusedUrl('This is not the URL of a git repository.')
}

function checkProtocol(url: URL, { allowLocal, allowFile }: Pick<GitSettings, 'allowLocal' | 'allowFile'>) {
  const { protocol } = url
  if (url.search !== '' || url.hash !== '') throw refusedUrl('A git URL has no part after ? or #.')
  if (protocol === 'https:') return protocol
  if (protocol === 'http:' && allowLocal) return protocol
  if (protocol === 'file:' && allowFile && url.host === '') return protocol
  throw refusedUrl(`URLs that begin with ${shownPath(protocol)} cannot be fetched from here.`)
}

function refusedUrl(problem: string): SourceRefused {
  return new SourceRefused('git_url_refused', `${problem} Use one such as https://github.com/you/app.git.`)
}

/** What git-check-ref-format(1) allows, less what would be a pattern, a range, an option or a refspec. */
function checkRef(ref: string): string {
  const isFine =
    /^[\p{L}\p{N}_][\p{L}\p{N}_./+@=,#%-]{0,249}$/u.test(ref) &&
    !/\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[/.]$/.test(ref)
  if (isFine) return ref
  throw new SourceRefused(
    'git_ref_invalid',
    `${shownPath(ref)} cannot be the name of a branch, a tag or a commit. Check its spelling.`,
  )
}

function checkSubdirectory(subdirectory: string): string {
  const parts = subdirectory.split('/').filter(part => part !== '' && part !== '.')
  const isFine = subdirectory.length <= 1024 && !parts.includes('..') && ![...subdirectory].some(isControl)
  if (isFine && !subdirectory.startsWith('/') && !subdirectory.startsWith('-')) return parts.join('/')
  throw new SourceRefused(
    'git_subdirectory_invalid',
    `${shownPath(subdirectory)} is no folder inside a repository. Give a relative path such as apps/web.`,
  )
}

function isControl(character: string): boolean {
  return character < ' ' || character === '\x7f'
}

function isControlOrSpace(character: string): boolean {
  return isControl(character) || character === ' '
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
