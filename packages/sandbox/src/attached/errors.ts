import { AppError } from '@seaworthy/kit'

/** What another command was to be started beside has ended. */
export class CommandNotRunning extends AppError {
  constructor() {
    super('instance_not_running', 'The instance does not run any more, or has only just begun. Try again.', {
      status: 409,
    })
  }
}
