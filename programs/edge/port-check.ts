import { createServer } from 'node:net'
import { json } from 'node:stream/consumers'
import { get } from '@seaworthy/kit/lean-http'
import type { EdgeStatus } from '@seaworthy/routes'

/**
 * Our workers share their port (`SO_REUSEPORT`), and so would any other program of this user that does the same: an
 * edge of another home would silently get half of the requests. So the port must be free, unless it is the edge of this
 * home that has it, which we are about to replace. That one may have another port: then the setting was changed.
 * @throws {Error} naming the port
 */
export async function ensurePortIsOurs(options: {
  host: string
  port: number
  /** The setting that names the port. */
  setting: string
  controlSocket: string
}): Promise<void> {
  const { host, port, setting, controlSocket } = options
  if ((await portsOfOurs(controlSocket)).includes(port)) return
  const code = await tryToListen(host, port)
  if (code === undefined || code === 'EAFNOSUPPORT') return
  if (code === 'EADDRINUSE') {
    throw new Error(`port ${port} is used by another program; end it or set ${setting} to a free port`)
  }
  if (code === 'EACCES') {
    throw new Error(`this user may not listen on port ${port}; choose a port above 1023 or run as root`)
  }
  throw new Error(`it is not possible to listen on port ${port} of ${host}: ${code}`)
}

/** The ports of the edge that answers on the socket; none when none does. */
function portsOfOurs(socketPath: string): Promise<number[]> {
  return new Promise(resolve => {
    get({ socketPath, path: '/status', agent: false }, response => {
      json(response).then(
        status => resolve(openPorts(status as EdgeStatus)),
        () => resolve([]),
      )
    }).on('error', () => resolve([]))
  })
}

function openPorts({ httpPort, httpsPort, servesHttps }: EdgeStatus): number[] {
  return servesHttps ? [httpPort, httpsPort] : [httpPort]
}

/** @returns the code of the error, or undefined when it went well */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
