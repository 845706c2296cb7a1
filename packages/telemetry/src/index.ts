export {
  type BuildLog,
  type BuildLogOptions,
  createBuildLog,
  type OpenBuildLog,
} from './build-log/build-log.ts'
export type { BuildLogEntry, BuildLogFact } from './build-log/build-log-entry.ts'
export { LogCursorInvalid, LogIdInvalid, LogSearchFailed, LogStoreClosed } from './errors.ts'
export { createFileLogStore, type FileLogStoreOptions } from './files/file-log-store.ts'
export type { LogRetention } from './files/retention.ts'
export type * from './log-store.ts'
export { MIN_REDACTED_CHARACTERS } from './redaction-patterns.ts'
export { createRedactor, REDACTED, type RedactingStream, type Redactor } from './redactor.ts'
