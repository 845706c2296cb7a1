import { AppError } from '@seaworthy/kit'

/** No edge answers on the control socket, or not in time. */
export class EdgeUnreachable extends AppError {
  constructor(doing: string, options: { cause?: unknown } = {}) {
    super(
      'EDGE_UNREACHABLE',
      `The edge does not answer, so it was not possible to ${doing}. See logs/edge/edge.log.`,
      {
        status: 503,
        ...options,
      },
    )
  }
}

/** The edge works by a newer table than the one that was pushed. */
export class EdgeHasNewerTable extends AppError {
  /** The version that a table must reach to be taken. */
  readonly currentVersion: number

  constructor(pushed: number, currentVersion: number) {
    const message = `The edge has route table ${currentVersion} and refused table ${pushed}, which is older.`
    super('EDGE_OLDER_TABLE', message, { status: 409 })
    this.currentVersion = currentVersion
  }
}

/** The edge understood and refused. */
export class EdgeRefused extends AppError {
  constructor(message: string, details: object) {
    super('EDGE_REFUSED', `The edge refused: ${message}`, { status: 500, details })
  }
}

/** An edge was started and did not come up. */
export class EdgeStartFailed extends AppError {
  constructor(reason: string, logFile: string) {
    super('EDGE_START_FAILED', `The edge did not start: ${reason}. Its log: ${logFile}`, {
      status: 500,
    })
  }
}
