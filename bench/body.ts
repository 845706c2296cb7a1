/**
 * Large bodies and files: 1 GB through the edge and through nginx from the same backend, with what it takes of memory;
 * and files of 10 KB out of a folder. None of the two compresses: neither client asks for it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, endProcess, freePort, load } from './contest.ts'
import { median } from './measure.ts'
import { nginxFilesConfig, nginxLargeBodyConfig } from './proxy-configs.ts'
import { printTable } from './table.ts'

const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 5)
const LARGE_BYTES = 1024 ** 3
const SMALL_BYTES = 10 * 1024
const EDGE = fileURLToPath(new URL('../programs/edge/main.ts', import.meta.url))

interface Ports {
  backend: number
  edge: number
  large: number
  files: number
}

export async function run(): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-body-'))
  const children: ChildProcess[] = []
  try {
    const ports = await startAll(folder, children)
    const edge = children.at(-1)!
    const large = await largeBodies(ports, edge.pid!)
    const files = await smallFiles(ports)
    printTable(`bodies and files, ${ROUNDS} rounds in turns`, [...large, ...files])
    return { large, files }
  } finally {
    await Promise.all(children.map(endProcess))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startAll(folder: string, children: ChildProcess[]): Promise<Ports> {
  const [backend, edge, large, files] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const ports = { backend: backend!, edge: edge!, large: large!, files: files! }
  const file = (name: string, text: string | Buffer) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    writeFileSync(path, text)
    return path
  }
  const launch = (command: string, args: string[], env: NodeJS.ProcessEnv = process.env) =>
    children.push(spawn(command, args, { stdio: 'ignore', env }))
  const root = join(folder, 'site')
  file('site/page.html', Buffer.alloc(SMALL_BYTES, 'x'))
  file('site/hello.html', 'hello')
  truncateSync(file('site/large.bin', ''), LARGE_BYTES)
  spawnNginx('backend', nginxFilesConfig({ folder, name: 'backend', port: ports.backend, root }))
  spawnNginx('large', nginxLargeBodyConfig({ folder, port: ports.large, backendPort: ports.backend }))
  spawnNginx('files', nginxFilesConfig({ folder, name: 'files', port: ports.files, root }))
  file('home/edge/table.json', JSON.stringify(routeTable(ports.backend, root)))
  launch(process.execPath, [EDGE], {
    ...process.env,
    SEAWORTHY_HOME: join(folder, 'home'),
    SEAWORTHY_HTTP_PORT: String(ports.edge),
    SEAWORTHY_EDGE_WORKERS: '2',
  })
  const paths = [ports.backend, ports.large, ports.files].map(port =>
    answers(port, body => body === 'hello', '/hello.html'),
  )
  await Promise.all([...paths, answers(ports.edge, body => body === 'hello', '/hello.html')])
  return ports

  function spawnNginx(name: string, config: string): void {
    launch('nginx', ['-c', file(`${name}.conf`, `user root;\n${config}`)])
  }
}

/** `/` passes through to the backend, `/files` comes out of the folder. */
function routeTable(port: number, root: string) {
  const timeouts = { responseMs: 30_000, idleMs: 60_000, wakeMs: 30_000 }
  const route = {
    appId: 'app_1',
    slug: 'bench',
    process: 'web',
    release: 'v1',
    timeouts,
    hosts: ['127.0.0.1'],
  }
  const target = { id: 'ins_1', host: '127.0.0.1', port, state: 'healthy' }
  return {
    version: 1,
    routes: [
      { ...route, pathPrefix: '/', mode: 'proxy', targets: [target] },
      { ...route, pathPrefix: '/files', mode: 'static', targets: [], static: { root, spa: false } },
    ],
  }
}

async function largeBodies({ edge, large }: Ports, pid: number) {
  await load({ port: edge, connections: 8, seconds: 1, path: '/hello.html' }) // compiled code
  const before = residentMb(pid)
  await download(edge) // warm page cache
  await download(large)
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, residentMb(pid))
  }, 20)
  const rounds: { edge: number; nginx: number }[] = []
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ edge: await download(edge), nginx: await download(large) })
  clearInterval(watch)
  const ratio = median(rounds.map(({ edge, nginx }) => edge / nginx))
  const mbs = (name: 'edge' | 'nginx') => `${Math.round(median(rounds.map(round => round[name])) / 1e6)} MB/s`
  const grown = most - before
  return [
    row('1 GB through', mbs('edge'), mbs('nginx'), ratio, 0.7),
    {
      what: '… more memory',
      edge: `${grown.toFixed(1)} MB`,
      budget: '< 50 MB',
      met: grown < 50 ? 'yes' : 'no',
    },
  ]
}

async function smallFiles({ edge, files }: Ports) {
  const asked = { connections: 64, seconds: 3 }
  const ours = () => load({ ...asked, port: edge, path: '/files/page.html' })
  const theirs = () => load({ ...asked, port: files, path: '/page.html' })
  await ours()
  await theirs()
  const rounds: { edge: number; nginx: number }[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push({ edge: await ours(), nginx: await theirs() })
  const ratio = median(rounds.map(({ edge, nginx }) => edge / nginx))
  const figure = (name: 'edge' | 'nginx') =>
    `${Math.round(median(rounds.map(round => round[name])))} a second`
  return [row('files of 10 KB', figure('edge'), figure('nginx'), ratio, 0.8)]
}

function row(what: string, edge: string, nginx: string, ratio: number, least: number) {
  return {
    what,
    edge,
    nginx,
    'edge is': `${ratio.toFixed(2)} ×`,
    budget: `≥ ${least} ×`,
    met: ratio >= least ? 'yes' : 'no',
  }
}

/** @returns bytes a second */
async function download(port: number): Promise<number> {
  const args = ['-s', '-o', '/dev/null', '-w', '%{size_download} %{speed_download}']
  const curl = spawn('curl', [...args, `http://127.0.0.1:${port}/large.bin`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  curl.stdout.on('data', text => {
    output += text
  })
  await once(curl, 'close')
  const [size, speed] = output.split(' ').map(Number)
  if (size !== LARGE_BYTES) throw new Error(`Only ${size} bytes came from port ${port}.`)
  return speed!
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
