import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dockerErrors } from './errors.ts'

/** How to reach an engine: a socket file, or a host and port with or without TLS. */
export type EngineAddress =
  | { kind: 'socket'; path: string; text: string }
  | { kind: 'tcp'; host: string; port: number; tls?: TlsFiles; text: string }

interface TlsFiles {
  ca: Buffer
  cert: Buffer
  key: Buffer
}

const DEFAULT_SOCKET = '/var/run/docker.sock'

/**
 * Reads what Docker's own tools read: DOCKER_HOST (`unix://`, `tcp://`, `http://`, `https://`; the usual socket when
 * empty) and DOCKER_TLS_VERIFY with DOCKER_CERT_PATH.
 * @throws `docker_host_invalid` for an address of another kind, such as `ssh://`
 */
export function parseEngineAddress(
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>> = {},
): EngineAddress {
  if (!text) return socketAddress(DEFAULT_SOCKET)
  if (text.startsWith('unix://')) return socketAddress(text.slice('unix://'.length))
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw dockerErrors.docker_host_invalid({ host: text })
  }
  const tls = url.protocol === 'https:' || env.DOCKER_TLS_VERIFY ? readTlsFiles(env) : undefined
  const port = Number(url.port || (tls ? 2376 : 2375))
  return { kind: 'tcp', host: url.hostname, port, tls, text }
}

function socketAddress(path: string): EngineAddress {
  if (!path.startsWith('/')) throw dockerErrors.docker_host_invalid({ host: `unix://${path}` })
  return { kind: 'socket', path, text: `unix://${path}` }
}

function readTlsFiles({ DOCKER_CERT_PATH: folder }: Readonly<Record<string, string | undefined>>): TlsFiles {
  if (!folder) throw dockerErrors.docker_certificates_missing({ folder: '(not set)' })
  try {
    const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map(name => readFileSync(join(folder, name)))
    return { ca: ca!, cert: cert!, key: key! }
  } catch (cause) {
    throw dockerErrors.docker_certificates_missing({ folder }, { cause })
  }
}
