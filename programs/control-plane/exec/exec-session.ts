import type { Readable } from 'node:stream'
import { EXEC_CLOSE, EXEC_STREAM, type ExecEvent, type ExecMessage, execMessageSchema } from '@seaworthy/api'
import type { AppError, Logger } from '@seaworthy/kit'
import type { AttachedCommand } from '@seaworthy/runtime'
import type { WebSocket } from 'ws'
import { execErrors } from './errors.ts'
import { OutputGate } from './output-gate.ts'

export interface ExecSessionOptions {
  socket: WebSocket
  command: AttachedCommand
  /** Aborts with `exec_not_allowed` or `exec_stopping` as its reason. */
  signal: AbortSignal
  /** Whether the command ended because its instance did. */
  instanceEnded: () => boolean
  /** Without a byte in either direction. */
  idleMs: number
  log: Logger
}

const PING_MS = 15_000
const NORMAL = 1000
const GOING_AWAY = 1001
const BAD_MESSAGE = 1003

/**
 * One command and the socket of who sees it. Both streams wait for a slow reader. Resolves once the command is gone
 * and the socket closes: whichever is first takes the other with it.
 */
export async function runExecSession(options: ExecSessionOptions): Promise<void> {
  const { socket, command, signal } = options
  const over = new AbortController()
  const idle = setTimeout(() => fail(socket, idleError(options), EXEC_CLOSE.idle), options.idleMs).unref()
  const touch = () => idle.refresh()
  const ping = keepAlive(socket)
  const onAbort = () => fail(socket, signal.reason as AppError, codeOf(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  const gate = new OutputGate()
  socket.once('close', () => over.abort())
  socket.once('close', () => gate.open())
  over.signal.addEventListener('abort', () => void command.end().catch(error => logFailure(options, error)))
  takeInput({ socket, command, gate, touch })
  if (signal.aborted) onAbort()
  try {
    await Promise.all([
      sendOutput({ socket, gate, touch }, command.stdout, EXEC_STREAM.stdout),
      command.stderr && sendOutput({ socket, gate, touch }, command.stderr, EXEC_STREAM.stderr),
    ])
    tellExit(options, await command.exited)
  } finally {
    clearTimeout(idle)
    clearInterval(ping)
    signal.removeEventListener('abort', onAbort)
  }
}

interface Running {
  socket: WebSocket
  gate: OutputGate
  touch: () => void
}

/** What came while the command was started has waited in the socket. */
function takeInput({ socket, command, gate, touch }: Running & { command: AttachedCommand }): void {
  socket.resume()
  socket.on('message', (data: Buffer, isBinary) => {
    touch()
    if (isBinary) return typeInto(socket, command, data)
    const message = parseMessage(data)
    if (!message) return fail(socket, execErrors.exec_frame(), BAD_MESSAGE)
    if (message.type === 'resize') command.resize(message)
    else if (message.type === 'eof') command.stdin.end()
    else if (message.type === 'pause') gate.close()
    else gate.open()
  })
}

/** What the command does not read yet is not taken from the network either. */
function typeInto(socket: WebSocket, { stdin }: AttachedCommand, data: Buffer): void {
  if (stdin.writableEnded || stdin.destroyed || stdin.write(data)) return
  socket.pause()
  stdin.once('drain', () => socket.resume())
}

function parseMessage(data: Buffer): ExecMessage | undefined {
  try {
    return execMessageSchema.parse(JSON.parse(data.toString('utf8')))
  } catch {
    return undefined
  }
}

/** A browser cannot let its socket wait: it says when it has had enough. */
async function sendOutput({ socket, gate, touch }: Running, stream: Readable, mark: number): Promise<void> {
  const head = Buffer.of(mark)
  for await (const chunk of stream) {
    await gate.opened
    if (socket.readyState !== socket.OPEN) continue // read on, so that the command can end
    touch()
    await new Promise<void>(resolve => socket.send(Buffer.concat([head, chunk as Buffer]), () => resolve()))
  }
}

function tellExit(
  { socket, instanceEnded }: ExecSessionOptions,
  { code, signal }: { code: number | null; signal: string | null },
) {
  if (instanceEnded()) return fail(socket, execErrors.exec_instance_ended(), EXEC_CLOSE.instanceEnded)
  tell(socket, { type: 'exit', code, signal })
  socket.close(NORMAL)
}

export function tell(socket: WebSocket, event: ExecEvent): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event))
}

/** Says why, and closes. */
export function fail(
  socket: WebSocket,
  { code, message }: Pick<AppError, 'code' | 'message'>,
  closeCode: number,
): void {
  tell(socket, { type: 'error', code, message })
  socket.close(closeCode, code)
}

function idleError({ idleMs }: ExecSessionOptions): AppError {
  return execErrors.exec_idle({ minutes: Math.max(1, Math.round(idleMs / 60_000)) })
}

function codeOf(reason: unknown): number {
  return execErrors.exec_not_allowed.is(reason) ? EXEC_CLOSE.notAllowedAnyMore : GOING_AWAY
}

/** A peer that is gone without a word is noticed by its silence. */
function keepAlive(socket: WebSocket): NodeJS.Timeout {
  let isHeard = true
  socket.on('pong', () => {
    isHeard = true
  })
  return setInterval(() => {
    if (!isHeard) return socket.terminate()
    isHeard = false
    socket.ping()
  }, PING_MS).unref()
}

function logFailure({ log }: ExecSessionOptions, error: unknown): void {
  log.error({ err: error }, 'a command within an instance could not be ended')
}
