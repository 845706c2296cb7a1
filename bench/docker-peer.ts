/** The same app by `docker build` and `docker run`, where an engine answers: the peer of the deploy bench. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@seaworthy/testing/free-port'
import { firstAnswer } from './measure.ts'

const BASE = 'debian:bookworm-slim'
const NODE_IMAGE = 'seaworthy-bench-node'
const APP_IMAGE = 'seaworthy-bench-app'

/** The dependencies are a layer of their own, so that only what changed is built again. */
const DOCKERFILE = `FROM ${NODE_IMAGE}
WORKDIR /app
COPY package.json package-lock.json ./
COPY node_modules node_modules
COPY . .
CMD ["node", "server.js"]
`

export class DockerPeer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-docker-'))

  /** Undefined where no engine or no base image is at hand. */
  static create(app: string): DockerPeer | undefined {
    if (docker('version').status !== 0 || docker('image', 'inspect', BASE).status !== 0) return undefined
    const peer = new DockerPeer()
    peer.#prepare(app)
    return peer
  }

  /** Milliseconds from \`docker build\` of a changed app to the first answer of its container. */
  async deployOnce(round: number): Promise<number> {
    writeFileSync(join(this.#folder, 'app', 'bench-round.txt'), `${round} ${Date.now()}\n`)
    const port = await freePort()
    const startedAt = performance.now()
    must(docker('build', '-q', '-t', APP_IMAGE, join(this.#folder, 'app')))
    const id = must(docker('run', '-d', '-e', 'PORT=3000', '-p', `127.0.0.1:${port}:3000`, APP_IMAGE)).trim()
    await firstAnswer({ port, host: 'localhost' }, () => true)
    const took = performance.now() - startedAt
    must(docker('rm', '-f', id))
    return took
  }

  remove(): void {
    docker('rmi', '-f', APP_IMAGE, NODE_IMAGE)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #prepare(app: string): void {
    const image = join(this.#folder, 'node')
    mkdirSync(image)
    cpSync(process.execPath, join(image, 'node'))
    copyFileSync(libatomic(), join(image, 'libatomic.so.1'))
    writeFileSync(
      join(image, 'Dockerfile'),
      `FROM ${BASE}\nCOPY node /usr/local/bin/node\nCOPY libatomic.so.1 /usr/lib/\n`,
    )
    must(docker('build', '-q', '-t', NODE_IMAGE, image))
    const folder = join(this.#folder, 'app')
    cpSync(app, folder, { recursive: true, filter: path => !path.includes('node_modules') })
    spawnSync('npm', ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'ignore',
    })
    writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE)
    must(docker('build', '-q', '-t', APP_IMAGE, folder))
  }
}

/** Node's own binary links to it, and a slim image has it not. */
function libatomic(): string {
  const { stdout } = spawnSync('ldd', [process.execPath], { encoding: 'utf8' })
  return /libatomic\S* => (\S+)/.exec(stdout)![1]!
}

function docker(...args: string[]) {
  return spawnSync('docker', args, { encoding: 'utf8', env: { ...process.env, DOCKER_BUILDKIT: '0' } })
}

function must({ status, stdout, stderr }: ReturnType<typeof docker>): string {
  if (status !== 0) throw new Error(stderr)
  return stdout
}
