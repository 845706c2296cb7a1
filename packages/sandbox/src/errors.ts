import { AppError } from '@seaworthy/kit'

/** The command could not be started; nothing of it is left. The message says why, for the app's owner. */
export class CommandStartFailed extends AppError {
  constructor(reason: string, options: { cause?: unknown; details?: object } = {}) {
    super('command_start_failed', reason, { ...options, status: 422 })
  }

  /** For an error of the system: its code as a sentence, without the paths of the platform. */
  static bySystem(cause: unknown): CommandStartFailed {
    const { code = 'no reason' } = cause as NodeJS.ErrnoException
    const reason =
      SYSTEM_REASONS[code] ?? `the system answered ${code}. The log of the platform has the details.`
    return new CommandStartFailed(`The command could not be started: ${reason}`, { cause })
  }
}

const SYSTEM_REASONS: Record<string, string> = {
  E2BIG: 'its environment and arguments are too large. Move large values to files.',
  ENOSPC: 'the disk of the server is full. Free some space and try again.',
  EDQUOT: 'the disk quota of the server is used up. Free some space and try again.',
  ENOMEM: 'the server has no memory left. Stop an app and try again.',
  EAGAIN: 'the server runs as many processes as it may. Stop an app and try again.',
  EMFILE: 'the platform has too many files open. Raise its limit of open files (ulimit -n).',
  ENFILE: 'the server has too many files open. Raise fs.file-max.',
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
