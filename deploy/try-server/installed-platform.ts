import { randomUUID } from 'node:crypto'
import { waitFor } from '@seaworthy/testing'
import type { Guest } from './guest.ts'
import { NEWER, PROGRAM } from './guest-image.ts'
import { type Answer, ask, SteadyRequests } from './steady-requests.ts'

/** Much more than a server takes: the guest has one slow processor. */
const PATIENCE_MS = 300_000
const BASE_DOMAIN = 'apps.example.com'
const HOME = '/var/lib/seaworthy'
const UNIT = 'seaworthy.service'
const API = 'http://127.0.0.1:4400'
const OWNER = { email: 'ada@example.org', name: 'Ada King', password: `Wide-Harbour-41-${randomUUID()}` }

/** The platform in the guest, used as its owner does: by the command line there, and by requests from outside. */
export class InstalledPlatform {
  readonly #guest: Guest

  constructor(guest: Guest) {
    this.#guest = guest
  }

  install(): Promise<string> {
    return this.seaworthy('install', '--base-domain', BASE_DOMAIN)
  }

  seaworthy(...args: string[]): Promise<string> {
    return this.#guest.run(['env', `SEAWORTHY_HOME=${HOME}`, 'seaworthy', ...args], {
      timeoutMs: PATIENCE_MS,
    })
  }

  systemctl(...args: string[]): Promise<string> {
    return this.#guest.run(['systemctl', ...args], { timeoutMs: PATIENCE_MS })
  }

  async untilReady(): Promise<void> {
    const isReady = () => this.#guest.run(['curl', '-fs', '-o', '/dev/null', `${API}/ready`]).then(() => true)
    await waitFor(isReady, { timeoutMs: PATIENCE_MS, what: 'the platform to be ready' })
  }

  /** Follows the one-time setup link, then signs the command line in. */
  async claim(): Promise<void> {
    const told = await this.#guest.run(['sh', '-c', `SEAWORTHY_HOME=${HOME} seaworthy up 2>&1`], {
      timeoutMs: PATIENCE_MS,
    })
    const token = /#token=([\w.~-]+)/.exec(told)?.[1]
    if (token === undefined) throw new Error(`there is no setup link in: ${told}`)
    await this.#setUp(token)
    await this.#signIn()
  }

  async #setUp(token: string): Promise<void> {
    const post = ['curl', '-fsS', '-H', 'content-type: application/json', '--data-binary', '@-']
    const input = JSON.stringify({ ...OWNER, token })
    await this.#guest.run([...post, `${API}/api/v1/setup`], { input, timeoutMs: PATIENCE_MS })
  }

  async #signIn(): Promise<void> {
    const login = ['seaworthy', 'login', '--url', 'http://localhost:4400', '--email', OWNER.email]
    const input = `${OWNER.password}\n`
    await this.#guest.run([...login, '--password-stdin'], { input, timeoutMs: PATIENCE_MS })
  }

  deploy(folder: string, slug: string): Promise<string> {
    return this.seaworthy('deploy', folder, '--app', slug)
  }

  ask(slug: string, path?: string): Promise<Answer> {
    return ask(this.#guest.address, `${slug}.${BASE_DOMAIN}`, path)
  }

  async untilAnswers(slug: string): Promise<void> {
    const isAnswered = async () => (await this.ask(slug)).status === 200
    await waitFor(isAnswered, { timeoutMs: PATIENCE_MS, what: `${slug} to answer` })
  }

  /** Does something while `slug` is asked from outside. Resolves with what came of the requests, in words. */
  async whileAsking(slug: string, deed: () => Promise<unknown>): Promise<string> {
    const requests = new SteadyRequests(this.#guest.address, `${slug}.${BASE_DOMAIN}`)
    try {
      await deed()
    } catch (error) {
      await requests.stop().catch(() => {})
      throw error
    }
    return requests.stop()
  }

  mainPid(): Promise<string> {
    return this.systemctl('show', UNIT, '--property=MainPID', '--value')
  }

  /** Of the first process of an app's instance. Throws when there is none. */
  async pidOf(slug: string): Promise<string> {
    const found = await this.#guest.run([
      'sh',
      '-c',
      `grep -lzx SEAWORTHY_APP=${slug} /proc/[0-9]*/environ 2>/dev/null || :`,
    ])
    const pids = [...found.matchAll(/\/proc\/(\d+)\//g)].map(([, pid]) => Number(pid))
    if (pids.length === 0) throw new Error(`no process of ${slug} runs`)
    return `${Math.min(...pids)}`
  }

  /** What the kernel says of the cgroup of an app's instance. */
  async cgroupFiles(slug: string, names: readonly string[]): Promise<Record<string, string>> {
    const [, path] =
      /^0::(\S+)$/m.exec(await this.#guest.run(['cat', `/proc/${await this.pidOf(slug)}/cgroup`])) ?? []
    const read = async (name: string) =>
      [name, await this.#guest.run(['cat', `/sys/fs/cgroup${path}/${name}`])] as const
    return Object.fromEntries(await Promise.all(names.map(read)))
  }

  /** As `git pull` and `npm ci` do it: the newer files in the place of the older ones. */
  async placeNewer(): Promise<void> {
    await this.#guest.run(['tar', '--no-same-owner', '-xf', NEWER, '-C', PROGRAM], { timeoutMs: PATIENCE_MS })
  }

  /** Of the control plane that runs. */
  async version(): Promise<string> {
    const document = await this.#guest.run(['curl', '-fsS', `${API}/api/v1/openapi.json`])
    return JSON.parse(document).info.version
  }

  reboot(): Promise<void> {
    return this.#guest.reboot()
  }

  /** An app that takes memory without end when it is asked for `/eat`. */
  async placeHog(folder: string, resources: object): Promise<void> {
    const files = {
      'server.js': HOG,
      'package.json': JSON.stringify({ name: 'hog', version: '1.0.0' }),
      'seaworthy.json': JSON.stringify({ processes: { web: 'node server.js' }, resources }),
    }
    await this.#guest.run(['mkdir', '-p', folder])
    for (const [name, input] of Object.entries(files))
      await this.#guest.run(['tee', `${folder}/${name}`], { input })
  }

  /** Ends everything. Resolves with the processes of apps and the edge that are still there. */
  async down(): Promise<string> {
    await this.seaworthy('down')
    const look = [
      "grep -lzE '^SEAWORTHY_APP=' /proc/[0-9]*/environ",
      "pgrep -af '[p]rograms/edge/main.ts'", // a pattern that is not found in this line itself
      'cat /sys/fs/cgroup/seaworthy-*/*/cgroup.procs',
    ]
    return this.#guest.run(['sh', '-c', `exec 2>/dev/null; ${look.join('; ')}; :`])
  }
}

const HOG = `const kept = []
require('node:http').createServer((request, response) => {
  if (request.url === '/eat') setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 5)
  response.end('ok')
}).listen(process.env.PORT)
`
