import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { temporaryFolder } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import { type TreeContent, writeTree } from './source-fixture.ts'

/** A real repository in a folder of its own. */
export function makeRepository(content: TreeContent = { 'index.js': 'one' }) {
  const { path } = temporaryFolder()
  const git = (...args: string[]) => runGit(path, args)
  git('init', '--quiet', '--initial-branch=main')
  const commit = (files: TreeContent) => {
    writeTree(path, files)
    git('add', '--all')
    git('commit', '--quiet', '--allow-empty', '-m', 'change')
    return git('rev-parse', 'HEAD')
  }
  return { path, url: `file://${path}`, git, commit, first: commit(content) }
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'T',
  GIT_AUTHOR_EMAIL: 't@test',
  GIT_COMMITTER_NAME: 'T',
  GIT_COMMITTER_EMAIL: 't@test',
}

export function runGit(cwd: string, args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', ...IDENTITY }
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** An HTTP server on loopback, closed when the test ends. */
export async function listen(handler: Handler): Promise<string> {
  const server = createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Git's own server side for smart HTTP, as a CGI program (git-http-backend(1)). */
export function smartHttp(root: string): Handler {
  return (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(backend.stdin)
    backend.stdout.toArray().then(chunks => answerAsCgi(response, Buffer.concat(chunks)))
  }
}

function answerAsCgi(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n')
  for (const line of output.subarray(0, end).toString().split('\r\n')) {
    const [name = '', value = ''] = line.split(': ')
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
  response.end(output.subarray(end + 4))
}
