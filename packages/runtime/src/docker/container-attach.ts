import { readFile } from 'node:fs/promises'
import { type Duplex, PassThrough, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { DockerEngine } from '@seaworthy/docker'
import type { AttachedCommand, AttachedExit, AttachSpec, TerminalSize } from '@seaworthy/sandbox'

type Exec = Awaited<ReturnType<ReturnType<DockerEngine['client']['getContainer']>['exec']>>

/** Starts one more command within a running container: as the user and with the environment that it was made with. */
export async function attachToContainer(
  engine: DockerEngine,
  { container, argv, terminal }: AttachSpec & { container: string },
): Promise<AttachedCommand> {
  const exec = await engine.call('prepare a command in an instance', () =>
    engine.client.getContainer(container).exec({
      Cmd: [...argv],
      ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: terminal !== undefined },
      ...(terminal ? terminalOptions(terminal) : {}),
    }),
  )
  const stream = await engine.call('start a command in an instance', () =>
    exec.start({ hijack: true, stdin: true, Tty: terminal !== undefined }),
  )
  const resize = (size: TerminalSize) => void (terminal && resizeQuietly(exec, size))
  if (terminal) resize(terminal)
  const output = outputOf(engine, stream, terminal !== undefined)
  const exited = exitOf(exec, stream)
  const end = () => endExec(exec, container, stream)
  // Its background has no terminal any more, and is the container's from now on.
  return { stdin: inputOf(stream), ...output, resize, exited, end }
}

/** Engines before API 1.42 do not know the size; they get it by `resize`. */
function terminalOptions({ columns, rows }: TerminalSize): object {
  return { Env: ['TERM=xterm-256color'], ConsoleSize: [rows, columns] }
}

function inputOf(stream: Duplex): Writable {
  return new Writable({
    write: (chunk, _, done) => void stream.write(chunk, () => done()), // gone is no error: its exit tells
    final: done => void stream.end(() => done()),
  })
}

/** Without a terminal the engine frames both outputs into one stream. */
function outputOf(engine: DockerEngine, stream: Duplex, isTerminal: boolean) {
  const stdout = new PassThrough()
  stream.on('error', () => stdout.end())
  if (isTerminal) return { stdout: stream.pipe(stdout), stderr: undefined }
  const stderr = new PassThrough()
  engine.client.modem.demuxStream(stream, stdout, stderr)
  stream.once('close', () => stderr.end())
  stream.once('end', () => stderr.end())
  stream.once('close', () => stdout.end())
  stream.once('end', () => stdout.end())
  return { stdout, stderr }
}

async function exitOf(exec: Exec, stream: Duplex): Promise<AttachedExit> {
  await finished(stream, { writable: false }).catch(() => undefined)
  const found = await exec.inspect().catch(() => undefined)
  return { code: found?.ExitCode ?? null, signal: null }
}

/** The engine has no call for it. Its process is of this host, where it can be signalled if it is that container's. */
async function endExec(exec: Exec, container: string, stream: Duplex): Promise<void> {
  const found = await exec.inspect().catch(() => undefined)
  if (found?.Running && found.Pid) await killOf(container, found.Pid)
  stream.destroy()
}

async function killOf(container: string, pid: number): Promise<void> {
  const group = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  if (!group.includes(container)) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {}
}

function resizeQuietly(exec: Exec, { columns, rows }: TerminalSize): void {
  exec.resize({ w: columns, h: rows }).catch(() => undefined) // the last one may come after the end
}
