import { AppError } from '@seaworthy/kit'
import { TreeProblem } from './tree/tree-problem.ts'

/** Why a source was not taken. The codes are stable: `source_<reason>`. */
const STATUSES = {
  archive_damaged: 422,
  archive_encrypted: 422,
  archive_format_unknown: 422,
  archive_empty: 422,
  archive_too_large: 413,
  upload_interrupted: 400,
  path_outside: 422,
  name_invalid: 422,
  special_file: 422,
  entry_duplicate: 422,
  path_conflict: 422,
  link_outside: 422,
  too_many_entries: 413,
  too_large: 413,
  ratio_too_high: 422,
  directory_unreadable: 422,
  directory_holds_store: 422,
  git_url_refused: 422,
  git_address_refused: 422,
  git_ref_invalid: 422,
  git_subdirectory_invalid: 422,
  git_not_found: 422,
  git_sign_in_needed: 422,
  git_failed: 422,
  git_timed_out: 422,
  git_missing: 503,
} as const

export type SourceRefusal = keyof typeof STATUSES

/** The code cannot be taken in as it is; the message is for the person who sent it. Nothing is left on disk. */
export class SourceRefused extends AppError {
  /** The code without its `source_`. */
  readonly reason: SourceRefusal

  constructor(reason: SourceRefusal, message: string, options: { cause?: unknown; details?: object } = {}) {
    super(`source_${reason}`, message, { ...options, status: STATUSES[reason] })
    this.reason = reason
  }
}

export function archiveDamaged(cause: unknown): SourceRefused {
  const message = 'The archive is damaged or was cut off on its way. Pack it again and send it once more.'
  return new SourceRefused('archive_damaged', message, { cause })
}

/** The server has no room left for the upload. Nothing of it is left on disk. */
export class DiskFull extends AppError {
  constructor(options: { cause?: unknown } = {}) {
    const message =
      "The server's disk is full, so the code could not be stored. Free some space on the server (`df -h` shows " +
      'where) and deploy again.'
    super('disk_full', message, { ...options, status: 507 })
  }
}

/** Turns what file operations and the reading of a tree throw into errors for people; others stay as they are. */
export function toSourceError(error: unknown): unknown {
  if (error instanceof TreeProblem) return new SourceRefused(error.reason, error.message, { cause: error })
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOSPC' || code === 'EDQUOT' ? new DiskFull({ cause: error }) : error
}
