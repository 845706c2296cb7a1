import { createRequire } from 'node:module'
import protobuf from 'protobufjs'

export interface BuildKitStatus {
  vertices: { name: string; isStarted: boolean; isCompleted: boolean; isCached: boolean; error: string }[]
  logs: { vertex: string; stream: 'stdout' | 'stderr'; text: string }[]
}

interface StatusResponse {
  vertexes: { name: string; started?: unknown; completed?: unknown; cached: boolean; error: string }[]
  logs: { vertex: string; stream: string; msg: Uint8Array }[]
}

let type: protobuf.Type | undefined

/** Reads one `moby.buildkit.trace`, by the format description that dockerode brings. */
export function readBuildKitStatus(aux: string): BuildKitStatus {
  type ??= protobuf
    .loadSync(createRequire(import.meta.url).resolve('dockerode/lib/proto/buildkit_status.proto'))
    .lookupType('moby.buildkit.v1.StatusResponse')
  const message = type.decode(Buffer.from(aux, 'base64'))
  const { vertexes, logs } = type.toObject(message, { longs: String, arrays: true }) as StatusResponse
  return {
    vertices: vertexes.map(({ name = '', started, completed, cached = false, error = '' }) => ({
      name,
      isStarted: started !== undefined,
      isCompleted: completed !== undefined,
      isCached: cached,
      error,
    })),
    logs: logs.map(({ vertex, stream, msg = new Uint8Array() }) => ({
      vertex,
      stream: stream === '2' ? 'stderr' : 'stdout',
      text: Buffer.from(msg).toString('utf8'),
    })),
  }
}
