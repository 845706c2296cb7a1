import { rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type LiveRequest, LiveRequests } from './live-requests.ts'

/** A socket that tells what a test says, as the edge's does. */
async function tellingSocket(socketPath: string) {
  const readers: ServerResponse[] = []
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.flushHeaders()
    readers.push(response)
  })
  await new Promise<void>(resolve => server.listen(socketPath, resolve))
  const stop = () => {
    server.closeAllConnections()
    return new Promise(resolve => server.close(resolve))
  }
  onTestFinished(async () => void (await stop()))
  return { readers, asked, stop }
}

const told = (id: string) => `${JSON.stringify({ type: 'request', request: { id } })}\n`

function follow(socketPath: string) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const seen: LiveRequest[] = []
  const live = new LiveRequests({ socketPath, log: silentLogger })
  const reading = (async () => {
    for await (const line of live.follow('app_1', { status: '5xx', slowMs: 5 }, { signal: stop.signal }))
      seen.push(line)
  })()
  return { seen, stop, reading }
}

test('lines come as they are told, in whatever pieces, and a heartbeat is none', async () => {
  const socketPath = join(temporaryFolder().path, 'edge.sock')
  const edge = await tellingSocket(socketPath)
  const { seen, stop, reading } = follow(socketPath)
  await waitFor(() => edge.readers.length === 1)

  const text = `${told('one')}{"type":"heartbeat"}\n{"type":"dropped","count":3}\n${told('two')}`
  edge.readers[0]!.write(text.slice(0, 30))
  edge.readers[0]!.write(text.slice(30))
  await waitFor(() => seen.length === 3)
  stop.abort()
  await reading

  expect(edge.asked).toEqual(['/requests?appId=app_1&status=5xx&slowMs=5'])
  expect(seen).toMatchObject([{ request: { id: 'one' } }, { count: 3 }, { request: { id: 'two' } }])
})

test('an edge that is not there yet, or is replaced, is waited for', async () => {
  const socketPath = join(temporaryFolder().path, 'edge.sock')
  const { seen } = follow(socketPath)
  const first = await tellingSocket(socketPath)
  await waitFor(() => first.readers.length === 1)
  first.readers[0]!.write(told('one'))
  await waitFor(() => seen.length === 1)

  await first.stop()
  rmSync(socketPath, { force: true })
  const second = await tellingSocket(socketPath)
  await waitFor(() => second.readers.length === 1)
  second.readers[0]!.write(told('two'))

  await waitFor(() => seen.length === 2)
  expect(seen[1]).toMatchObject({ request: { id: 'two' } })
})
