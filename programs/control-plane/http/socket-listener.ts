/** The socket file: whoever can open it (mode 0600) is the administrator of this machine. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { AppError } from '@seaworthy/kit'
import { createServer } from '@seaworthy/kit/lean-http'
import { routeUpgrades, wantsWebSocket } from './socket-upgrade.ts'

const fromSocketFile = new WeakSet<IncomingMessage>()

/** Whether the request came over the socket file. Nothing that a request says can make this true. */
export function isLocal(request: IncomingMessage): boolean {
  return fromSocketFile.has(request)
}

/** Listens with the given handler. Rejects with `already_running` when somebody answers at the socket file. */
export async function listenOnSocketFile(path: string, handler: RequestListener): Promise<Server> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  if (await isAnswered(path))
    throw new AppError('already_running', `A control plane already runs here (${path}).`)
  await rm(path, { force: true })
  const handleLocally: RequestListener = (request, response) => {
    fromSocketFile.add(request)
    handler(request, response)
  }
  const server = createServer({ shouldUpgradeCallback: wantsWebSocket }, handleLocally)
  routeUpgrades(server, handleLocally)
  // A large upload may take its time.
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  await chmod(path, 0o600)
  return server
}

/** A socket file outlives a killed process; only a connection tells whether somebody is behind it. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
