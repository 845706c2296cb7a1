import type { Logger } from '@seaworthy/kit'
import type Dockerode from 'dockerode'
import { negotiateApiVersion, OLDEST_API } from './api-version.ts'
import { type EngineAddress, parseEngineAddress } from './engine-address.ts'
import { asDockerError, dockerErrors } from './errors.ts'
import { type Labels, ownLabels } from './ownership.ts'
import { pingEngine } from './ping-engine.ts'

export interface DockerEngineOptions {
  /** Names this platform in the label of all it makes: the same after every restart, and no other platform's. */
  home: string
  /** As DOCKER_HOST; the usual socket when left out. */
  host?: string
  /** For DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. */
  env?: Readonly<Record<string, string | undefined>>
  log: Logger
  /** For the engine's first answer; 3 seconds unless told. */
  pingTimeoutMs?: number
}

/**
 * A Docker engine that answered. `client` is dockerode as it is, for what has no function here: whatever is made with
 * it must carry `labels(…)`, and whatever is removed must be asked of `packages/docker`, which looks at them.
 */
export interface DockerEngine {
  readonly client: Dockerode
  readonly home: string
  /** DOCKER_HOST, for messages. */
  readonly host: string
  /** The version spoken: between 1.41 and the newest that both sides know. */
  readonly apiVersion: string
  readonly log: Logger
  /** The labels of anything made for this platform. */
  labels(more?: Labels): Record<string, string>
  /** Runs a call; its failure comes out as one of `dockerErrors`. @param what ends "the engine could not …" */
  call<T>(what: string, action: () => Promise<T>): Promise<T>
  /** Whether the engine answers just now. */
  answers(): Promise<boolean>
}

/**
 * Connects to the engine and agrees on an API version.
 * @throws `docker_unreachable`, `docker_too_old`, `docker_not_linux`, `docker_host_invalid`
 */
export async function connectDocker(options: DockerEngineOptions): Promise<DockerEngine> {
  const address = parseEngineAddress(options.host, options.env)
  const timeoutMs = options.pingTimeoutMs ?? 3_000
  const ping = await pingEngine(address, { timeoutMs })
  const host = address.text
  if (!ping) throw dockerErrors.docker_unreachable({ host })
  const apiVersion = negotiateApiVersion(ping.apiVersion)
  if (!apiVersion) {
    throw dockerErrors.docker_too_old({ host, version: ping.apiVersion, needed: OLDEST_API })
  }
  if (ping.system !== 'linux') throw dockerErrors.docker_not_linux({ host, system: ping.system })
  return {
    client: await openClient(address, apiVersion),
    home: options.home,
    host,
    apiVersion,
    log: options.log,
    labels: more => ownLabels(options.home, more),
    call: (what, action) => action().catch(error => Promise.reject(asDockerError(error, { host, what }))),
    answers: async () => (await pingEngine(address, { timeoutMs })) !== undefined,
  }
}

/** Loads dockerode only now: it brings 35 MB, which a platform without images need not pay. */
async function openClient(address: EngineAddress, apiVersion: string): Promise<Dockerode> {
  const { default: Docker } = await import('dockerode')
  const version = `v${apiVersion}`
  if (address.kind === 'socket') return new Docker({ socketPath: address.path, host: undefined, version })
  const { host, port, tls } = address
  return new Docker({ host, port, version, protocol: tls ? 'https' : 'http', ...tls })
}
