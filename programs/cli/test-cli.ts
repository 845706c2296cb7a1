/** For tests: the command line within the test's own process, and a platform of its own as a child of it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterFile, freePort, temporaryFolder } from '@seaworthy/testing'
import { run } from './app.ts'

const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url))

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Keeps what is written to it, and can pass for a terminal. */
export class CapturedStream extends Writable {
  readonly isTTY: boolean
  readonly columns = 80
  text = ''

  constructor({ isTTY = false }: { isTTY?: boolean } = {}) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk
    done()
  }

  asTerminal(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream
  }
}

/** One user of one machine: an environment, a home, a folder to stand in. */
export class TestUser {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string

  constructor(env: NodeJS.ProcessEnv = {}) {
    const { path } = temporaryFolder({ prefix: 'seaworthy-cli-' })
    this.cwd = path
    this.env = {
      ...{ PATH: process.env.PATH, HOME: path, SEAWORTHY_HOME: `${path}/platform` },
      SEAWORTHY_USER_RANGES_FOLDER: `${path}/user-ids`, // alone, whatever else runs on this machine
      ...env,
    }
  }

  /** Runs `seaworthy …args`. */
  async seaworthy(...args: string[]): Promise<Outcome> {
    return this.with({}, ...args)
  }

  async with(
    {
      stdin = '',
      cwd = this.cwd,
      env = {},
      isTTY = false,
    }: { stdin?: string; cwd?: string; env?: NodeJS.ProcessEnv; isTTY?: boolean },
    ...args: string[]
  ): Promise<Outcome> {
    const [stdout, stderr] = [new CapturedStream({ isTTY }), new CapturedStream({ isTTY })]
    const code = await run(args, {
      env: { ...this.env, ...env },
      stdin: Readable.from([stdin]) as unknown as NodeJS.ReadStream,
      stdout: stdout.asTerminal(),
      stderr: stderr.asTerminal(),
      cwd,
    })
    return { code, stdout: stdout.text, stderr: stderr.text }
  }

  /** The JSON documents that a command prints with `--json`, one a line. */
  async lines(...args: string[]): Promise<unknown[]> {
    const { stdout } = await this.seaworthy(...args, '--json')
    return stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
  }

  /** The JSON that a command prints with `--json`; rejects unless its exit code is 0. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever a script would read
  async json(...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await this.seaworthy(...args, '--json')
    if (code !== 0) throw new Error(`seaworthy ${args.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout)
  }
}

/** The program of a small app. VERSION becomes what `smallApp` is told. */
const SERVER = `import { createServer } from 'node:http'
const text = 'VERSION ' + (process.env.COLOUR ?? 'plain')
console.log('listening as ' + text)
createServer((_, response) => response.end(text)).listen(process.env.PORT)
`

/** A folder with a small app, removed when the test ends. It answers `one plain` when told `one`. */
export function smallApp(version: string, { server = SERVER, name = 'app' } = {}): string {
  const folder = join(temporaryFolder().path, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"type":"module","scripts":{"start":"node server.js"}}')
  writeFileSync(join(folder, 'server.js'), server.replace('VERSION', version))
  return folder
}

/** What an app answers through the edge. */
export function ask(httpPort: number, slug: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${slug}.localhost` }
    get({ host: '127.0.0.1', port: httpPort, headers, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', text => {
        body += text
      })
      response.on('end', () => resolve(body))
    }).on('error', reject)
  })
}

export interface TestPlatform {
  /** The administrator of the machine. */
  admin: TestUser
  /** `http://127.0.0.1:41234` */
  url: string
  httpPort: number
}

/** Started with `seaworthy up`; stopped with all that runs on it when the test file ends. */
export async function startPlatform(
  settings: Record<string, string> = {},
): Promise<TestPlatform & { up: Outcome }> {
  const [port, httpPort] = [await freePort(), await freePort()]
  const admin = new TestUser({
    SEAWORTHY_PORT: String(port),
    SEAWORTHY_HTTP_PORT: String(httpPort),
    SEAWORTHY_HTTPS_PORT: String(await freePort()),
    SEAWORTHY_EDGE_WORKERS: '1',
    SEAWORTHY_WATCH_SECONDS: '0.2',
    SEAWORTHY_GIT_ALLOW_LOCAL: 'true',
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    ...settings,
  })
  afterFile(async () => {
    const down = await admin.seaworthy('down')
    if (down.code !== 0) throw new Error(down.stderr)
  })
  const up = await admin.seaworthy('up', '--detach')
  if (up.code !== 0) throw new Error(up.stderr)
  return { admin, url: `http://127.0.0.1:${port}`, httpPort, up }
}
