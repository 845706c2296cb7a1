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

/** Straight to the socket of the terminal: `pty.write` does not tell when it has taken the bytes. */
function writerOf(pty: object): Writable {
  const { _socket: socket } = pty as { _socket: Socket }
  return new Writable({
    write: (chunk, _, done) => void socket.write(chunk, () => done()), // gone is no error: its exit tells
    final: done => done(),
  })
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
