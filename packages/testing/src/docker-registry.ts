import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterTestOrFile } from './after-file.ts'
import { freePort } from './free-port.ts'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

/** The sign-in that a registry with `isPrivate` wants. */
export const REGISTRY_USER = { username: 'builder', password: 'kept-secret-1' }
/** bcrypt of it: registries take no other kind. */
const HTPASSWD = `${REGISTRY_USER.username}:$2b$05$abcdefghijklmnopqrstuu6BwfaZg/EAm415x2FZC1DC8tHkF2QFq\n`

export interface TestImage {
  /** What its web server answers. */
  text: string
  /** Lines of a Dockerfile that say how it runs: `CMD ["/bin/httpd", …]`, `EXPOSE 8080`. */
  changes?: string[]
  /** Its `/etc/passwd`; none unless told. */
  passwd?: string
  /** `arm64` for one that cannot run here. */
  architecture?: string
}

/** A registry of images on this machine. Skip the test where `systemPart.missing('docker', 'docker-registry', 'busybox')`. */
export interface TestRegistry {
  /** `127.0.0.1:<port>` */
  host: string
  /** Makes a small image and pushes it; nothing of it stays on the engine. Answers its full name. */
  push(name: string, image: TestImage): Promise<string>
}

/** Answers on a port of its own choice, whatever PORT says, as many images do. */
export const FIXED_PORT_SERVER = ['EXPOSE 8080', 'CMD ["/bin/busybox","httpd","-f","-p","8080","-h","/www"]']

export async function dockerRegistry({
  isPrivate = false,
}: {
  isPrivate?: boolean
} = {}): Promise<TestRegistry> {
  const host = `127.0.0.1:${await freePort()}`
  const { path: folder } = temporaryFolder()
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify(registryConfig(host, folder, isPrivate)))
  const server = spawn(findCommand('docker-registry')!, ['serve', config], { stdio: 'ignore' })
  const gone = once(server, 'exit')
  afterTestOrFile(async () => {
    server.kill('SIGKILL')
    await gone
  })
  await waitFor(() => fetch(`http://${host}/v2/`), { what: 'the registry to answer' })
  const dockerConfig = join(folder, 'docker')
  mkdirSync(dockerConfig)
  if (isPrivate)
    writeFileSync(join(dockerConfig, 'config.json'), JSON.stringify({ auths: { [host]: signIn() } }))
  return { host, push: (name, image) => push({ name: `${host}/${name}`, image, dockerConfig }) }
}

/** JSON is YAML too. */
function registryConfig(addr: string, folder: string, isPrivate: boolean) {
  const passwords = join(folder, 'htpasswd')
  writeFileSync(passwords, HTPASSWD)
  return {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr },
    ...(isPrivate ? { auth: { htpasswd: { realm: 'test', path: passwords } } } : {}),
  }
}

function signIn() {
  return { auth: Buffer.from(`${REGISTRY_USER.username}:${REGISTRY_USER.password}`).toString('base64') }
}

async function push({ name, image, dockerConfig }: { name: string; image: TestImage; dockerConfig: string }) {
  const { changes = FIXED_PORT_SERVER, architecture } = image
  const { path: folder } = temporaryFolder()
  placeFiles(folder, image)
  const archive = join(folder, 'image.tar')
  run('tar', ['-C', join(folder, 'root'), '-cf', archive, '.'])
  const docker = (...args: string[]) => run('docker', ['--config', dockerConfig, ...args])
  const id = docker('import', ...changes.flatMap(change => ['--change', change]), archive, name)
  try {
    docker('push', '--quiet', name)
  } finally {
    docker('rmi', '--force', id)
  }
  if (architecture) await claimArchitecture(name, architecture)
  return name
}

interface Manifest {
  config: { digest: string; size: number }
}

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'

/** Changes what the image says it is made for; the engine only makes images for its own processor. */
async function claimArchitecture(name: string, architecture: string): Promise<void> {
  const [, host, repository, tag] = /^([^/]+)\/([^:]+):(.+)$/.exec(name)!
  const base = `http://${host}/v2/${repository}`
  const manifest = await readJson<Manifest>(`${base}/manifests/${tag}`)
  const config = await readJson<object>(`${base}/blobs/${manifest.config.digest}`)
  const body = JSON.stringify({ ...config, architecture })
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' })
  const upload = new URL(begun.headers.get('location')!, base)
  upload.searchParams.set('digest', digest)
  await fetch(upload, { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream' } })
  const changed = { ...manifest, config: { ...manifest.config, digest, size: body.length } }
  await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    body: JSON.stringify(changed),
    headers: { 'content-type': MANIFEST },
  })
}

async function readJson<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { accept: `${MANIFEST}, */*` } })
  return response.json() as Promise<T>
}

function placeFiles(folder: string, { text, passwd }: TestImage): void {
  const root = join(folder, 'root')
  for (const name of ['bin', 'www', 'tmp']) mkdirSync(join(root, name), { recursive: true })
  copyFileSync(findCommand('busybox')!, join(root, 'bin', 'busybox'))
  for (const name of ['sh', 'cat', 'httpd', 'sleep', 'id']) symlinkSync('busybox', join(root, 'bin', name))
  writeFileSync(join(root, 'www', 'index.html'), text)
  if (passwd === undefined) return
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc', 'passwd'), passwd)
}

function run(command: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${stderr}`)
  return stdout.trim()
}
