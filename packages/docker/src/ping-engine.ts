import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { EngineAddress } from './engine-address.ts'

export interface EnginePing {
  /** The newest API version that the engine speaks, for example `1.41`. */
  apiVersion: string
  /** `linux` or `windows`. */
  system: string
}

/**
 * Asks whether an engine answers (`GET /_ping`), without loading its client. Undefined when none does in time, or
 * what answers is not a Docker engine.
 */
export async function pingEngine(
  address: EngineAddress,
  { timeoutMs = 3_000 }: { timeoutMs?: number } = {},
): Promise<EnginePing | undefined> {
  const answer = await get(address, AbortSignal.timeout(timeoutMs)).catch(() => undefined)
  const apiVersion = answer?.headers['api-version']
  if (answer?.statusCode !== 200 || typeof apiVersion !== 'string') return undefined
  return { apiVersion, system: String(answer.headers.ostype ?? 'linux') }
}

function get(address: EngineAddress, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const common = { path: '/_ping', signal, agent: false as const, headers: { connection: 'close' } }
  const request =
    address.kind === 'socket'
      ? requestHttp({ ...common, socketPath: address.path })
      : (address.tls ? requestHttps : requestHttp)({
          ...common,
          ...address.tls,
          host: address.host,
          port: address.port,
        })
  request.on('response', response => {
    response.resume()
    response.on('error', reject)
    resolve(response)
  })
  request.on('error', reject)
  request.end()
  return promise
}
