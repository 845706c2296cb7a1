/** Joins our own terminal or pipes with a command that runs in an instance. */
import { once } from 'node:events'
import { constants } from 'node:os'
import { EXEC_STREAM, type ExecEvent } from '@seaworthy/api/client'
import type { WebSocket } from 'ws'
import type { Context } from './context.ts'

/** Less than the platform takes in one frame. */
const FRAME_BYTES = 32_768

/**
 * Resolves with the exit code of the command: 128 + its number for a signal, as shells do.
 * @throws Error with the platform's sentence when it ended the command
 */
export async function joinExec(
  context: Pick<Context, 'stdin' | 'stdout' | 'stderr' | 'signal'>,
  socket: WebSocket,
  isTerminal: boolean,
): Promise<number> {
  const { stdin, signal } = context
  const stopInput = isTerminal ? sendKeys(stdin, socket) : sendPipe(stdin, socket)
  const stopSizes = isTerminal ? sendSizes(context.stdout, socket) : () => undefined
  const leave = () => socket.close()
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await readFrames(context, socket)
  } finally {
    signal.removeEventListener('abort', leave)
    stopInput()
    stopSizes()
    socket.close()
  }
}

function readFrames(
  { stdout, stderr, signal }: Pick<Context, 'stdout' | 'stderr' | 'signal'>,
  socket: WebSocket,
): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return print(data[0] === EXEC_STREAM.stderr ? stderr : stdout, data.subarray(1), socket)
      const event = JSON.parse(data.toString('utf8')) as ExecEvent
      if (event.type === 'exit') resolve(exitCode(event))
      if (event.type === 'error') reject(new Error(event.message))
    })
    socket.once('error', reject)
    socket.once('close', () => {
      if (signal.aborted) return resolve(128 + constants.signals.SIGINT)
      reject(new Error('The connection to the platform broke off, and the command ended with it.'))
    })
  })
}

/** A slow reader of ours slows the command, not our memory. */
function print(stream: NodeJS.WriteStream, bytes: Buffer, socket: WebSocket): void {
  if (stream.write(bytes)) return
  socket.pause()
  stream.once('drain', () => socket.resume())
}

function exitCode({ code, signal }: { code: number | null; signal: string | null }): number {
  if (code !== null) return code
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)
}

/** Every key goes to the command, Ctrl-C too. */
function sendKeys(stdin: NodeJS.ReadStream, socket: WebSocket): () => void {
  const onData = (data: Buffer) => sendBytes(socket, data)
  stdin.setRawMode?.(true)
  stdin.on('data', onData)
  return () => {
    stdin.off('data', onData)
    stdin.setRawMode?.(false)
    stdin.pause()
  }
}

function sendPipe(stdin: NodeJS.ReadStream, socket: WebSocket): () => void {
  let isOver = false
  const pump = async () => {
    for await (const chunk of stdin) {
      if (isOver) return
      sendBytes(socket, Buffer.from(chunk))
      if (socket.bufferedAmount > 1_048_576) await Promise.race([flushed(socket), once(socket, 'close')])
    }
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'eof' }))
  }
  pump().catch(() => socket.close())
  return () => {
    isOver = true
    stdin.destroy()
  }
}

function flushed(socket: WebSocket): Promise<void> {
  return new Promise(resolve => socket.send(Buffer.alloc(0), () => resolve()))
}

function sendBytes(socket: WebSocket, data: Buffer): void {
  for (let at = 0; at < data.length && socket.readyState === socket.OPEN; at += FRAME_BYTES)
    socket.send(data.subarray(at, at + FRAME_BYTES))
}

function sendSizes(stdout: NodeJS.WriteStream, socket: WebSocket): () => void {
  const onResize = () => {
    const { columns, rows } = stdout
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'resize', columns, rows }))
  }
  stdout.on('resize', onResize)
  return () => void stdout.off('resize', onResize)
}
