/** Opens the WebSocket of a command within an instance: over TCP, or over the socket file of this machine. */
import { connect } from 'node:net'
import { ApiError, ApiUnreachable, type ClientOptions, EXEC_PROTOCOL } from '@seaworthy/api/client'
import type { ClientOptions as SocketOptions, WebSocket } from 'ws'

export async function openExecSocket(
  { baseUrl = 'http://localhost', socketPath, token, userAgent }: ClientOptions,
  path: string,
): Promise<WebSocket> {
  const { WebSocket } = await import('ws')
  const credential = typeof token === 'object' ? await token.current() : token
  const headers = {
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
  }
  const options: SocketOptions = { headers, perMessageDeflate: false, maxPayload: 0 }
  if (socketPath !== undefined) options.createConnection = () => connect(socketPath)
  const socket = new WebSocket(new URL(path, baseUrl.replace(/^http/, 'ws')), [EXEC_PROTOCOL], options)
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', cause => reject(new ApiUnreachable(socketPath ?? baseUrl, { cause })))
    socket.once('unexpected-response', (_, response) => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => reject(refusal(response.statusCode ?? 0, Buffer.concat(chunks))))
    })
  })
}

function refusal(status: number, body: Buffer): ApiError {
  try {
    return new ApiError({ ...JSON.parse(body.toString('utf8')), status })
  } catch {
    return new ApiError({ status })
  }
}
