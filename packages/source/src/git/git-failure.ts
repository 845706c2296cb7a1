import { type SourceRefusal, SourceRefused } from '../errors.ts'
import { shownPath } from '../tree/tree-problem.ts'
import { GitCommandFailed } from './git-command.ts'
import type { GitRemote } from './git-remote.ts'

/** Turns what git said (in English: we run it so) into a sentence for whoever gave the URL. Others stay as they are. */
export function toGitError(error: unknown, remote: GitRemote): unknown {
  if (!(error instanceof GitCommandFailed)) return error
  const known = FAILURES.find(({ pattern }) => pattern.test(error.stderr))
  const [reason, message] = known?.describe(remote) ?? unknownFailure(error.stderr, remote)
  return new SourceRefused(reason, message, { cause: error, details: { stderr: error.stderr } })
}

/** The server has the branch, but not in the short form that we ask for first: an old protocol, or none at all. */
export function refusesShallow(error: unknown): boolean {
  return error instanceof GitCommandFailed && /shallow|depth/i.test(error.stderr)
}

/** The server knows no such name, or hands out no commits by their hash. */
export function refusesRef(error: unknown): boolean {
  return error instanceof GitCommandFailed && REF_MISSING.test(error.stderr)
}

type Description = [reason: SourceRefusal, message: string]

const REF_MISSING =
  /couldn't find remote ref|unadvertised object|not our ref|upload-pack: not our ref|bad object|Needed a single revision/i

const FAILURES: readonly { pattern: RegExp; describe: (remote: GitRemote) => Description }[] = [
  {
    pattern: REF_MISSING,
    describe: ({ url, ref }) => [
      'git_not_found',
      ref === undefined
        ? `The repository ${url} has no commits yet. Push something to it first.`
        : `There is no branch, tag or commit ${shownPath(ref)} in ${url}. Check its spelling, and that it was pushed.`,
    ],
  },
  {
    pattern:
      /could not read Username|Authentication failed|terminal prompts disabled|returned error: 40[13]/i,
    describe: ({ url }) => [
      'git_sign_in_needed',
      `${url} does not exist, or needs a sign-in. For a private repository, put an access token into the URL: ` +
        'https://user:token@host/you/app.git.',
    ],
  },
  {
    pattern: /returned error: 30\d|redirect/i,
    describe: ({ url }) => [
      'git_failed',
      `${url} sends us on to another address, which is not followed. Use the repository's present URL.`,
    ],
  },
  {
    pattern: /dubious ownership/i,
    describe: ({ url }) => [
      'git_failed',
      `The repository ${url} belongs to another user of the server, and git refuses to read it. Deploy from the user ` +
        'that owns it, or give the repository to the user that runs the platform.',
    ],
  },
  {
    pattern:
      /not found|does not appear to be a git repository|does not exist|returned error: 404|not a git repository/i,
    describe: ({ url }) => [
      'git_not_found',
      `There is no git repository at ${url}. Check the URL's spelling.`,
    ],
  },
]

function unknownFailure(stderr: string, { url }: GitRemote): Description {
  const lines = stderr.split('\n').filter(line => /^(fatal|error|remote):/.test(line))
  const said = lines.at(-1)?.replace(/^\w+:\s*/, '') ?? 'it gave no reason'
  return [
    'git_failed',
    `Fetching ${url} failed: ${said.slice(0, 300)}. Check the URL, and try again in a moment.`,
  ]
}
