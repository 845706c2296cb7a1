import { MAX_OPEN_FILES, MAX_PROCESSES } from '../build-strain.ts'

export const DISK_FULL_HINT = 'The disk is full: free space on the server.'

interface Hint {
  pattern: RegExp
  /** A sentence that says what to try. May use the groups of the pattern as $1, $2. */
  text: string
}

/** What a failed command's output means, most telling first. */
const HINTS: readonly Hint[] = [
  { pattern: /ENOSPC|no space left on device|disk quota exceeded/i, text: DISK_FULL_HINT },
  {
    pattern:
      /(?:cannot|can't) fork|fork: (?:retry|Resource temporarily)|(?:spawn|fork|pthread_create)\b.*(?:EAGAIN|Resource temporarily unavailable)/i,
    text: `A build may have ${MAX_PROCESSES} processes and threads, and this one wanted more: let it do less at once.`,
  },
  {
    pattern: /EMFILE|too many open files/i,
    text: `A process of a build may have ${MAX_OPEN_FILES} files open, and this one wanted more.`,
  },
  {
    pattern: /JavaScript heap out of memory|Reached heap limit/i,
    text: 'The build ran out of memory: raise "build.memoryMb", or set NODE_OPTIONS=--max-old-space-size=… in the env.',
  },
  {
    pattern: /Missing script: "?([^"\s]+)"?/i,
    text: 'Add a script named "$1" to package.json, or set "build.command" in seaworthy.json.',
  },
  {
    pattern:
      /`npm ci` can only install|lock ?file.*(out of sync|not up to date|needs to be updated|would have been modified)|OUTDATED_LOCKFILE|frozen.?lockfile/i,
    text: 'The lockfile does not fit package.json: run the install on your machine and commit the new lockfile.',
  },
  {
    pattern: /ERESOLVE/,
    text: 'Two packages ask for different versions of a third: align them, or commit an .npmrc with legacy-peer-deps=true.',
  },
  {
    pattern:
      /EBADENGINE|Unsupported engine|engine "node" is incompatible|requires? Node(?:\.js)? (?:version )?[>=^v\d]/i,
    text: 'A package needs another Node version: set "engines": { "node": "…" } in package.json.',
  },
  {
    pattern: /npm error 404|ERR_PNPM_FETCH_404|E404/,
    text: 'A package was not found in the registry: check its name and version, and whether it is private.',
  },
  {
    pattern: /E401|E403|ENEEDAUTH/,
    text: 'The registry refused a package: put an access token in the env and name it in .npmrc.',
  },
  {
    pattern: /EINTEGRITY|integrity checksum failed/i,
    text: 'A package is not what the lockfile says: delete the lockfile, install anew and commit the result.',
  },
  {
    pattern:
      /(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ERR_SOCKET_TIMEOUT|Temporary failure in name resolution|NewConnectionError)/,
    text: 'The network failed ($1): check the connection of the server, then deploy again.',
  },
  {
    pattern:
      /Cannot find (?:module|package) '([^'./][^']*)'|Module not found: (?:Error: )?Can't resolve '([^'./][^']*)'/,
    text: 'The package "$1$2" is missing: add it to the dependencies in package.json and commit the lockfile.',
  },
  {
    pattern:
      /Cannot find (?:module|package) '([^']+)'|Can't resolve '(\.[^']+)'|Could not resolve "(\.[^"]+)"/,
    text: 'The file "$1$2$3" is missing: check its name (capital letters count here) and that it is not ignored.',
  },
  {
    pattern: /No module named '?pip'?/,
    text: 'Python has no pip on this server: apt-get install python3-pip.',
  },
  { pattern: /ModuleNotFoundError: No module named '([^']+)'/, text: 'Add "$1" to requirements.txt.' },
  {
    pattern: /No matching distribution found for (\S+)/,
    text: 'PyPI has no "$1" that fits this Python: check its name and version.',
  },
  {
    pattern: /gyp ERR!|node-gyp/,
    text: 'A native package had to be compiled, and could not: install build tools on the server, or use a version with prebuilt files.',
  },
  {
    pattern: /python3?: (command )?not found|Python.*is not set from command line/i,
    text: 'This step needs Python: apt-get install python3.',
  },
  {
    pattern: /EADDRINUSE/,
    text: 'The build tried to listen on a port that is taken: a build should end by itself; start servers in "processes".',
  },
  {
    pattern: /(?:sh: \d+: |sh: |env: )[‘'"]?([\w./-]+)[’'"]?: (?:command not found|not found|No such file)/,
    text: 'The command "$1" was not found: add the package that brings it to the dependencies.',
  },
  { pattern: /error TS\d+/, text: 'TypeScript found errors: run the build on your machine to see them all.' },
  { pattern: /EACCES|permission denied/i, text: 'The build may write only in its own folder.' },
]

/** What to try, if the last lines of a failed command tell. */
export function hintFor(lines: readonly string[]): string | undefined {
  const output = lines.join('\n')
  for (const { pattern, text } of HINTS) {
    const match = pattern.exec(output)
    if (match) return text.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '')
  }
  return undefined
}
