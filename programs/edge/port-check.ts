import { connect, createServer } from 'node:net'

/**
 * Our workers share their port (`SO_REUSEPORT`), and so would any other program of this user that does the same: an
 * edge of another home would silently get half of the requests. So the port must be free, unless it is an edge of this
 * home that has it, which we are about to replace.
 * @throws {Error} naming the port
 */
export async function ensurePortIsOurs(options: {
  host: string
  port: number
  controlSocket: string
}): Promise<void> {
  const { host, port, controlSocket } = options
  if (await isAnswered(controlSocket)) return
  const code = await tryToListen(host, port)
  if (code === undefined || code === 'EAFNOSUPPORT') return
  if (code === 'EADDRINUSE') {
    throw new Error(
      `port ${port} is used by another program; end it or set SEAWORTHY_HTTP_PORT to a free port`,
    )
  }
  if (code === 'EACCES') {
    throw new Error(`this user may not listen on port ${port}; choose a port above 1023 or run as root`)
  }
  throw new Error(`it is not possible to listen on port ${port} of ${host}: ${code}`)
}

function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(socketPath)
    const settle = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.on('connect', () => settle(true))
    socket.on('error', () => settle(false))
  })
}

/** @returns the code of the error, or undefined when it went well */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
