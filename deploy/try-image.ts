/**
 * `node scripts/run.mjs deploy/try-image.ts [--local-node] [docker build arguments]`: builds the platform's image and
 * tries it as its user does: size, health, setup link, a deployment, a restart, a stop. Leaves only the image behind.
 * `--local-node`: where no registry of images can be reached, build with this machine's Node on debian:bookworm-slim.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type ApiClient, createClient } from '@seaworthy/api/client'
import { packFolder } from '@seaworthy/source/pack'
import { waitFor } from '@seaworthy/testing'
import { freePort } from '@seaworthy/testing/free-port'
import { docker } from './docker-command.ts'
import { LOCAL_NODE_IMAGE, makeLocalNodeImage } from './local-node-image.ts'

const ROOT = join(import.meta.dirname, '..')
const IMAGE = 'seaworthy:try'
const MOST_BYTES = 250_000_000
const START_MS = 120_000
/** Less than the ten seconds after which `docker stop` kills. */
const STOP_MS = 10_000
const OWNER = { email: 'ada@example.org', name: 'Ada King', password: `Wide-Harbour-41-${randomUUID()}` }

const args = process.argv.slice(2)
const buildArgs = args.filter(arg => arg !== '--local-node')
if (args.includes('--local-node')) {
  tell('node image', await timed(makeLocalNodeImage))
  buildArgs.push('--build-arg', `BUILD_IMAGE=${LOCAL_NODE_IMAGE}`)
}
tell(
  'image built',
  await timed(() => docker('build', '--quiet', '-f', 'deploy/Dockerfile', '-t', IMAGE, ...buildArgs, ROOT)),
)
const bytes = Number(await docker('image', 'inspect', IMAGE, '--format', '{{.Size}}'))
expect(bytes < MOST_BYTES, `the image has ${(bytes / 1e6).toFixed(1)} MB, at most ${MOST_BYTES / 1e6}`)

const name = `seaworthy-try-${randomUUID().slice(0, 8)}`
try {
  await tryPlatform(await ports())
} catch (error) {
  process.stderr.write(`${await docker('logs', '--tail', '20', name).catch(() => '')}\n`)
  throw error
} finally {
  await docker('rm', '--force', name).catch(() => {})
  await docker('volume', 'rm', '--force', name)
}

async function ports() {
  return { api: await freePort(), http: await freePort(), https: await freePort() }
}

async function tryPlatform(on: Awaited<ReturnType<typeof ports>>): Promise<void> {
  await docker('run', '--detach', '--name', name, ...runOptions(on), IMAGE)
  tell('healthy', await timed(untilHealthy))
  expect((await docker('exec', name, 'id', '-u')) === '10001', 'it runs as a user without rights')

  const api = await signInByLink(`http://127.0.0.1:${on.api}`)
  tell('hello deployed', await timed(() => deployHello(api)))
  expect((await answer(on.http)).startsWith('Hello from hello v1'), 'hello answers through the edge')
  api.close()

  const { took } = await stop()
  expect(took < STOP_MS, `docker stop ended it in order within ${took} ms`)
  await docker('start', name)
  tell('healthy again', await timed(untilHealthy))
  const greeting = await waitFor(() => answer(on.http), {
    timeoutMs: START_MS,
    what: 'hello to answer again',
  })
  expect(greeting.startsWith('Hello from hello v1'), 'hello is still deployed after the restart')
  await stop()
}

function runOptions({ api, http, https }: Awaited<ReturnType<typeof ports>>): string[] {
  const settings = { SEAWORTHY_PORT: api, SEAWORTHY_HTTP_PORT: http, SEAWORTHY_HTTPS_PORT: https }
  return [
    ...['--read-only', '--tmpfs', '/tmp:mode=1777', '--cap-drop', 'ALL', '--health-interval', '1s'],
    ...['--tmpfs', '/var/cache/seaworthy:uid=10001,gid=10001,mode=700'],
    ...['--volume', `${name}:/var/lib/seaworthy`],
    ...['--publish', `127.0.0.1:${api}:${api}`, '--publish', `127.0.0.1:${http}:${http}`],
    ...Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
  ]
}

async function untilHealthy(): Promise<void> {
  const state = () => docker('inspect', name, '--format', '{{.State.Health.Status}}')
  await waitFor(async () => (await state()) === 'healthy', {
    timeoutMs: START_MS,
    what: 'a healthy platform',
  })
}

/** Claims the platform over the network, as its owner does in the browser. */
async function signInByLink(baseUrl: string): Promise<ApiClient> {
  const told = await docker('exec', name, 'sh', '-c', 'seaworthy up 2>&1')
  const token = /#token=([\w.~-]+)/.exec(told)?.[1]
  expect(token !== undefined, 'there is a one-time setup link')
  const claimed = await fetch(`${baseUrl}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...OWNER, token }),
  })
  expect(claimed.status === 201, 'the link claims the platform')
  const { email, password } = OWNER
  const client = createClient({ baseUrl })
  const session = await client.call('session.create', { body: { email, password } })
  client.close()
  expect('token' in session, 'the owner signs in')
  return createClient({ baseUrl, token: (session as { token: string }).token })
}

async function deployHello(api: ApiClient): Promise<void> {
  await api.call('apps.create', { body: { slug: 'hello' } })
  const { stream } = await packFolder(join(ROOT, 'examples', 'hello'))
  const { number } = await api.upload({ slug: 'hello', stream, filename: 'app.tar.gz' })
  for await (const _ of api.stream('deployments.events', { params: { slug: 'hello', number } }));
  const { state } = await api.call('deployments.get', { params: { slug: 'hello', number } })
  expect(state === 'succeeded', 'the deployment succeeds')
}

/** What hello says. `fetch` would not let us name the app as Host. */
async function answer(port: number): Promise<string> {
  const asked = get({ host: '127.0.0.1', port, headers: { host: 'hello.localhost' }, agent: false })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return text(response)
}

async function stop(): Promise<{ took: number }> {
  const took = await timed(() => docker('stop', '--time', '40', name))
  const code = await docker('inspect', name, '--format', '{{.State.ExitCode}}')
  expect(code === '0', 'it ends with exit code 0')
  return { took }
}

/** Milliseconds. */
async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await action()
  return Math.round(performance.now() - startedAt)
}

function expect(isSo: boolean, sentence: string): void {
  if (!isSo) throw new Error(`Not so: ${sentence}.`)
  process.stdout.write(`ok  ${sentence}\n`)
}

function tell(what: string, ms: number): void {
  process.stdout.write(`    ${what}: ${ms} ms\n`)
}
