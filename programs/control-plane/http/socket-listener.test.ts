import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { isLocal, listenOnSocketFile } from './socket-listener.ts'

test('only its owner can open the socket file, in a folder that only its owner can enter', async () => {
  const { server, path } = await listen()

  const modes = await Promise.all([stat(path), stat(join(path, '..'))])

  expect(server.listening).toBe(true)
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o700])
})

test('requests over the socket file are local, and no header makes others so', async () => {
  const { path } = await listen()
  const tcp = createServer((request, response) => response.end(String(isLocal(request))))
  onTestFinished(() => void tcp.close())
  await once(tcp.listen(0, '127.0.0.1'), 'listening')
  const { port } = tcp.address() as { port: number }

  expect(await ask({ socketPath: path })).toBe('true')
  expect(await ask({ port, headers: { 'x-forwarded-for': 'unix', host: path } })).toBe('false')
})

test('a second control plane on the same home is refused', async () => {
  const { path } = await listen()

  await expect(listenOnSocketFile(path, () => undefined)).rejects.toMatchObject({ code: 'already_running' })
})

test('a socket file that a killed process left behind is replaced', async () => {
  const folder = temporaryFolder()
  const path = join(folder.path, 'run', 'left.sock')
  const script = `
    require('node:fs').mkdirSync(${JSON.stringify(join(folder.path, 'run'))})
    require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script]), 'exit')
  expect((await stat(path)).isSocket()).toBe(true)

  const server = await listenOnSocketFile(path, (_, response) => response.end('new'))
  onTestFinished(() => closed(server))

  expect(await ask({ socketPath: path })).toBe('new')
})

async function listen(): Promise<{ server: Server; path: string }> {
  const folder = temporaryFolder()
  const path = join(folder.path, 'run', 'control-plane.sock')
  const server = await listenOnSocketFile(path, (request, response) => response.end(String(isLocal(request))))
  onTestFinished(() => closed(server))
  return { server, path }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => server.close(() => resolve()))
}

async function ask(options: object): Promise<string> {
  const request = httpRequest({ agent: false, ...options }).end()
  const [response] = await once(request, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
