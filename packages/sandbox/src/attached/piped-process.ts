import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { AttachedExit } from './attached-command.ts'
import type { StartedProcess, TerminalProcessOptions } from './terminal-process.ts'

/** Starts a command that leads a session, with pipes. */
export async function startWithPipes({
  argv: [command = '', ...args],
  env,
  directory,
}: Omit<TerminalProcessOptions, 'size'>): Promise<StartedProcess> {
  const child = spawn(command, args, { cwd: directory, env, detached: true, stdio: 'pipe' })
  const exited = new Promise<AttachedExit>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  await once(child, 'spawn').catch(({ code }: NodeJS.ErrnoException) => {
    // Node's error lists the arguments, and with them the variables of the app: it must not reach a log.
    throw Object.assign(new Error(`spawn ${command} ${code}`), { code })
  })
  const { stdin, pid } = child
  // Node throws away what a child that ends has printed while nobody read it yet.
  const stdout = child.stdout.pipe(new PassThrough())
  const stderr = child.stderr.pipe(new PassThrough())
  stdin.on('error', () => undefined) // a command that reads no more: its exit tells
  return { pid: pid!, stdin, stdout, stderr, resize: () => undefined, exited }
}
