import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { Readable, Writable } from 'node:stream'
import type { AttachedExit, TerminalSize } from './attached-command.ts'

export interface StartedProcess {
  pid: number
  stdin: Writable
  stdout: Readable
  stderr: Readable | undefined
  resize(size: TerminalSize): void
  exited: Promise<AttachedExit>
}

export interface TerminalProcessOptions {
  argv: readonly string[]
  env: Readonly<Record<string, string>>
  directory: string
  size: TerminalSize
}

/** Output that waits for a slow reader before the command has to. */
const UNREAD_BYTES = 1_048_576
/** Until a full terminal is tried again. */
const WRITE_AGAIN_MS = 10

/** Starts a command that leads a session with a pseudo terminal. The library is loaded only now: it is native code. */
export async function startInTerminal(options: TerminalProcessOptions): Promise<StartedProcess> {
  const { spawn } = await import('@lydell/node-pty')
  const [command = '', ...args] = options.argv
  const { columns: cols, rows } = options.size
  const pty = spawn(command, args, {
    ...{ cols, rows, cwd: options.directory, env: { ...options.env }, name: 'xterm-256color' },
    encoding: null, // bytes: a character may be cut between two reads
  })
  const stdout = new Readable({ read: () => pty.resume(), highWaterMark: UNREAD_BYTES })
  pty.onData(data => {
    // Typed as text, but bytes without an encoding.
    if (!stdout.push(data as unknown as Buffer)) pty.pause()
  })
  const exited = new Promise<AttachedExit>(resolve => {
    pty.onExit(({ exitCode, signal = 0 }) => {
      stdout.push(null)
      resolve(signal === 0 ? { code: exitCode, signal: null } : { code: null, signal: nameOf(signal) })
    })
  })
  const resize = (size: TerminalSize) => resizeQuietly(pty, size)
  return { pid: pty.pid, stdin: writerOf(pty), stdout, stderr: undefined, resize, exited }
}

/**
 * Straight to the terminal's descriptor, which never blocks: the library's own `write` waits, with the whole platform,
 * for a program that does not read. Gone is no error: its exit tells.
 */
function writerOf(pty: object): Writable {
  const { _socket: socket, fd } = pty as { _socket: Socket; fd: number }
  return new Writable({
    write: (chunk, _, done) => writeOn(chunk, { socket, fd, done }),
    final: done => done(),
  })
}

interface TerminalInput {
  /** Destroyed before its descriptor is closed, so that no other file's is ever written to. */
  socket: Socket
  fd: number
  done: () => void
}

function writeOn(bytes: Buffer, input: TerminalInput): void {
  const isGone = input.socket.destroyed
  const rest = isGone ? bytes.subarray(bytes.length) : bytes.subarray(writeSome(input.fd, bytes))
  if (rest.length === 0) input.done()
  else setTimeout(writeOn, WRITE_AGAIN_MS, rest, input)
}

/** How many bytes the terminal took; none when it is full. */
function writeSome(fd: number, bytes: Buffer): number {
  try {
    return writeSync(fd, bytes)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : bytes.length
  }
}

/** The last size may come after the end. */
function resizeQuietly(pty: { resize(columns: number, rows: number): void }, size: TerminalSize): void {
  try {
    pty.resize(size.columns, size.rows)
  } catch {}
}

function nameOf(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return (found?.[0] as NodeJS.Signals | undefined) ?? null
}
