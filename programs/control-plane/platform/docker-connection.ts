import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connectDocker, type DockerEngine } from '@seaworthy/docker'
import type { Logger } from '@seaworthy/kit'

export interface DockerConnectionOptions {
  /** Keeps the name of this platform on the engine. Made with the first connection. */
  file: string
  /** As DOCKER_HOST. */
  host?: string | undefined
  log: Logger
}

/** The Docker engine, connected to when something first needs it: its client costs memory, and few need it. */
export class DockerConnection {
  readonly #options: DockerConnectionOptions
  #engine: Promise<DockerEngine> | undefined

  constructor(options: DockerConnectionOptions) {
    this.#options = options
  }

  /** @throws `docker_unreachable` and its kin; the next call tries again */
  engine(): Promise<DockerEngine> {
    this.#engine ??= this.#connect().catch(error => {
      this.#engine = undefined
      throw error
    })
    return this.#engine
  }

  /** Whether this platform ever made anything on an engine. */
  wasUsed(): boolean {
    return existsSync(this.#options.file)
  }

  async #connect(): Promise<DockerEngine> {
    const { host, log, file } = this.#options
    const engine = await connectDocker({ home: readLabel(file) ?? newLabel(), host, env: process.env, log })
    if (!this.wasUsed()) writeFileSync(file, engine.home, { mode: 0o600 })
    log.info({ docker: engine.host, api: engine.apiVersion }, 'connected to the Docker engine')
    return engine
  }
}

/** Stays for good: by it the platform knows its objects on the engine again. */
function readLabel(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

function newLabel(): string {
  return randomBytes(6).toString('hex')
}
