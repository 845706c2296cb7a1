import type { DockerEngine } from './docker-engine.ts'

/**
 * Resolves once the container does not run; at once when it does not run now.
 * Rejects with status 404 when there is none, and when the engine goes away meanwhile. dockerode's own `wait` stays
 * pending for good in that case: it listens for the end of the answer only, and a broken connection has none.
 */
export async function waitForEnd(
  { client }: DockerEngine,
  container: string,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const options = {
    path: `/containers/${container}/wait?`,
    method: 'POST',
    options: { condition: 'not-running' },
    abortSignal: signal,
    isStream: true,
    statusCodes: { 200: true, 400: 'bad request', 404: 'no such container', 500: 'server error' },
  }
  const answer = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
    client.modem.dial(options, (error: Error | null, stream: unknown) =>
      error ? reject(error) : resolve(stream as AsyncIterable<Buffer>),
    )
  })
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk) // throws when the connection breaks
  JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
