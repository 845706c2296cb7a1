import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { ROOT } from './harness/platform.ts'

let env: Record<string, string>
let httpPort: number

beforeAll(async () => {
  httpPort = await freePort()
  const home = mkdtempSync(join(tmpdir(), 'seaworthy-start-'))
  env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    SEAWORTHY_HOME: join(home, 'platform'),
    SEAWORTHY_USER_RANGES_FOLDER: join(home, 'user-ids'),
    SEAWORTHY_PORT: String(await freePort()),
    SEAWORTHY_HTTP_PORT: String(httpPort),
  }
})

afterAll(async () => {
  await seaworthy('down')
  rmSync(env.HOME!, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

class Run {
  readonly child: ChildProcess
  output = ''

  constructor(args: string[]) {
    this.child = spawn(process.execPath, [join(ROOT, 'scripts', 'seaworthy.mjs'), ...args], {
      env,
      cwd: ROOT,
    })
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', text => {
        this.output += text
      })
    }
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'close')
    return this.child.exitCode
  }
}

async function seaworthy(...args: string[]): Promise<{ code: number | null; output: string }> {
  const run = new Run(args)
  return { code: await run.ended(), output: run.output }
}

function hello(slug: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port: httpPort, headers: { host: `${slug}.localhost` }, agent: false },
      response => {
        response.setEncoding('utf8')
        let body = ''
        response.on('data', text => {
          body += text
        })
        response.on('end', () => resolve(body))
      },
    )
      .on('error', reject)
      .end()
  })
}

test('the first start deploys the hello example and tells what to do next; a second one takes over what runs', async () => {
  const first = new Run(['up'])
  await waitFor(() => first.output.includes('Deploy your own'), {
    timeoutMs: 60_000,
    what: 'the platform to be up',
  })

  expect(first.output).toContain(`http://hello.localhost:${httpPort}`)
  expect(first.output).toMatch(/setup#token=/)
  expect(first.output).toContain('npx seaworthy deploy ./my-app')
  const before = await hello('hello')
  expect(before).toContain('Hello from hello v1')

  first.child.kill('SIGINT')
  await first.ended()
  expect(first.output).toContain('Still running: hello')
  expect(await hello('hello')).toBe(before)

  const second = new Run(['up'])
  await waitFor(() => second.output.includes('Deploy your own'), {
    timeoutMs: 60_000,
    what: 'the platform to be up again',
  })
  expect(await hello('hello')).toBe(before)
  expect((await seaworthy('down')).code).toBe(0)
  expect(await second.ended()).toBe(0)
  expect(second.output).toContain('The platform was stopped')
})

test('the command line deploys a folder, tells failures with exit code 1 and usage with 2', async () => {
  expect((await seaworthy('up', '--detach')).code).toBe(0)

  const good = await seaworthy('deploy', fixture('healthy'), '--app', 'shop')
  expect(good).toMatchObject({
    code: 0,
    output: expect.stringContaining(`Live: http://shop.localhost:${httpPort}`),
  })

  const bad = await seaworthy('deploy', fixture('exits-at-once'), '--app', 'shop')
  expect(bad).toMatchObject({ code: 1, output: expect.stringMatching(/Not live: .*ended with exit code/) })

  expect((await seaworthy('deploy', '--nonsense')).code).toBe(2)
  expect((await seaworthy('info', '--app', 'nobody')).code).toBe(4)
  expect((await seaworthy('apps', 'delete', 'shop')).code).toBe(2)
  const run = await seaworthy('run', '--app', 'shop', '--', 'node', '-v')
  expect(run).toMatchObject({ code: 0, output: expect.stringMatching(/^v\d+/) })
  const json = await seaworthy('apps', '--json')
  expect(JSON.parse(json.output).map((app: { slug: string }) => app.slug)).toContain('shop')
})
