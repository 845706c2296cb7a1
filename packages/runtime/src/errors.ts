import { AppError } from '@seaworthy/kit'

/** An instance could not be started; nothing of it is left. The message says why, for the app's owner. */
export class InstanceStartFailed extends AppError {
  constructor({ app, release, process }: { app: string; release: string; process: string }, cause: unknown) {
    const reason = cause instanceof AppError ? cause.message : `The system answered: ${String(cause)}.`
    super(
      'instance_start_failed',
      `The ${process} process of ${app} (${release}) could not be started. ${reason}`,
      {
        status: 422,
        cause,
      },
    )
  }
}

/** Every port of the range that instances get their PORT from is in use. */
export class NoFreePort extends AppError {
  constructor({ first, last }: { first: number; last: number }) {
    super(
      'no_free_port',
      `No port between ${first} and ${last} is free on this server. Stop an app, or widen the range.`,
      { status: 503 },
    )
  }
}
