import { AppError } from '@seaworthy/kit'
import { TreeProblem } from '@seaworthy/source/tree'

/** What a build made holds something that no release may: a link out of the tree, a device, a pipe, a socket. */
export class ArtifactRefused extends AppError {
  constructor(reason: string, message: string, options: { cause?: unknown } = {}) {
    super(`artifact_${reason}`, message, { ...options, status: 422 })
  }
}

export class ArtifactDiskFull extends AppError {
  constructor(options: { cause?: unknown } = {}) {
    const message =
      "The server's disk is full, so what the build made could not be kept. Free some space on the server (`df -h` " +
      'shows where) and deploy again.'
    super('disk_full', message, { ...options, status: 507 })
  }
}

/** Turns what file operations and the reading of a tree throw into errors for people; others stay as they are. */
export function toArtifactError(error: unknown): unknown {
  if (error instanceof TreeProblem) {
    return new ArtifactRefused(error.reason, `In what the build made: ${error.message}`, { cause: error })
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOSPC' || code === 'EDQUOT' ? new ArtifactDiskFull({ cause: error }) : error
}
