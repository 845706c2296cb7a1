import { AppError } from '@seaworthy/kit'

/** The store was asked after `close()`: a mistake of ours. */
export class LogStoreClosed extends AppError {
  constructor() {
    super('LOG_STORE_CLOSED', 'The log store is closed; start the control plane again to read logs.')
  }
}

/** An id of ours that would not be a plain file name. */
export class LogIdInvalid extends AppError {
  constructor(id: string) {
    super(
      'LOG_ID_INVALID',
      'Logs are kept under ids of letters, digits, "-", "_" and "."; ask with such an id.',
      {
        status: 400,
        details: { id },
      },
    )
  }
}

export class LogCursorInvalid extends AppError {
  constructor(cursor: string) {
    super(
      'LOG_CURSOR_INVALID',
      'This log position is not one that we gave out. Leave out "after" to start anew.',
      {
        status: 400,
        details: { cursor },
      },
    )
  }
}

/** The thread that searches ended before it answered. */
export class LogSearchFailed extends AppError {
  constructor(options: { cause: unknown }) {
    super(
      'LOG_SEARCH_FAILED',
      'Searching the logs failed. Try again; if it stays so, see the log of the platform.',
      options,
    )
  }
}
