import type { Readable } from 'node:stream'
import { type DockerEngine, type Labels, maxOpenFiles } from '@seaworthy/docker'
import { MAX_OPEN_FILES } from '../build-strain.ts'
import { openSecretSession } from './secret-session.ts'

export interface BuildRequest {
  /** A tar. */
  context: Readable
  /** Path of the Dockerfile in it. */
  dockerfile: string
  target?: string
  buildArgs: Readonly<Record<string, string>>
  labels: Labels
  limits: { memoryMb?: number; cpus?: number }
  /** Largest file that a step may write, in bytes. */
  maxFileBytes: number
  /** Through BuildKit, with these secrets for `RUN --mount=type=secret`; through the classic builder when undefined. */
  secrets?: Readonly<Record<string, string>>
  /** Stands in the hosts file of each step of a build through BuildKit, which carries no labels. */
  mark?: string
  buildId: string
  signal: AbortSignal
}

/** One message of the engine about a build, of either builder. */
export interface BuildMessage {
  stream?: string
  status?: string
  id?: string
  aux?: unknown
  error?: string
  errorDetail?: { code?: number; message?: string }
}

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024
const CPU_PERIOD_US = 100_000
/** A quarter of what an instance gets where both want the CPU. */
const CPU_SHARES = 256

/** Sends a build to the engine and yields what it says, until it ended. Leaving the loop cancels the build. */
export async function* runEngineBuild(
  engine: DockerEngine,
  request: BuildRequest,
): AsyncGenerator<BuildMessage> {
  const session = request.secrets && (await openSecretSession(engine, request.secrets))
  try {
    const stream = await engine.call('start a build', () => dial(engine, request, session?.id))
    yield* messagesOf(stream)
  } finally {
    session?.close()
    if (request.secrets) await cancelBuildKit(engine, request.buildId)
  }
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageBuild */
function buildParameters(request: BuildRequest, session: string | undefined): Record<string, unknown> {
  const { memoryMb, cpus } = request.limits
  const openFiles = Math.min(MAX_OPEN_FILES, maxOpenFiles())
  const memory = memoryMb && Math.round(memoryMb * 1_048_576)
  return {
    dockerfile: request.dockerfile,
    ...(request.target ? { target: request.target } : {}),
    buildargs: request.buildArgs,
    labels: request.labels,
    networkmode: 'default',
    rm: true,
    forcerm: true,
    ...(memory ? { memory, memswap: memory } : {}), // no way around the limit through swap
    ...(cpus ? { cpuperiod: CPU_PERIOD_US, cpuquota: Math.round(cpus * CPU_PERIOD_US) } : {}),
    cpushares: CPU_SHARES,
    ulimits: JSON.stringify([
      { Name: 'fsize', Soft: request.maxFileBytes, Hard: request.maxFileBytes },
      { Name: 'nofile', Soft: openFiles, Hard: openFiles },
      { Name: 'core', Soft: 0, Hard: 0 },
    ]),
    ...(session ? { version: '2', session, buildid: request.buildId } : {}),
    ...(session && request.mark ? { extrahosts: `${request.mark}:127.0.0.1` } : {}),
  }
}

function dial(
  { client }: DockerEngine,
  request: BuildRequest,
  session: string | undefined,
): Promise<NodeJS.ReadableStream> {
  const options = {
    path: '/build?',
    method: 'POST',
    file: request.context,
    options: buildParameters(request, session),
    abortSignal: request.signal,
    isStream: true,
    statusCodes: { 200: true, 400: 'bad request', 500: 'server error' },
  }
  return new Promise((resolve, reject) => {
    client.modem.dial(options, (error: Error | null, stream: unknown) =>
      error ? reject(error) : resolve(stream as NodeJS.ReadableStream),
    )
  })
}

/** One JSON text for each line. */
async function* messagesOf(stream: NodeJS.ReadableStream): AsyncGenerator<BuildMessage> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end).toString('utf8').trim()
      rest = rest.subarray(end + 1)
      if (line !== '') yield JSON.parse(line) as BuildMessage
    }
    if (rest.length > MAX_MESSAGE_BYTES) throw new Error('The engine sent a message that is too long.')
  }
}

/** BuildKit goes on without its client until it is told to end. One that has ended is not an error. */
async function cancelBuildKit({ client }: DockerEngine, buildId: string): Promise<void> {
  const options = {
    path: '/build/cancel?',
    method: 'POST',
    options: { id: buildId },
    statusCodes: { 200: true, 204: true, 404: true, 500: 'server error' },
  }
  await new Promise<void>(resolve => client.modem.dial(options, () => resolve()))
}
