import { AppError } from '@seaworthy/kit'

/** The command could not be started; nothing of it is left. The message says why, for the app's owner. */
export class CommandStartFailed extends AppError {
  constructor(reason: string, options: { cause?: unknown; details?: object } = {}) {
    super('command_start_failed', reason, { ...options, status: 422 })
  }
}

/** Some process of a command outlived SIGKILL: it hangs in the kernel, or it is not ours to signal. */
export class CommandStopFailed extends AppError {
  constructor(id: string, pids: readonly number[]) {
    super(
      'command_stop_failed',
      `Command ${id} could not be ended: ${pids.length} of its processes do not go away (pid ${pids.join(', ')}). ` +
        'They may hang on a disk or a network mount; look at them with `ps` on the server.',
    )
  }
}

/** A command line of the manifest that no shell could run either. */
export class CommandLineInvalid extends AppError {
  constructor(line: string, problem: string) {
    super('command_line_invalid', `The command line \`${shortened(line)}\` cannot be run: ${problem}.`, {
      status: 422,
    })
  }
}

function shortened(line: string): string {
  return line.length > 120 ? `${line.slice(0, 117)}...` : line
}
