export * from './errors.ts'
export { createFileLogStore, type FileLogStoreOptions } from './files/file-log-store.ts'
export type * from './log-store.ts'
export { createRedactor, REDACTED, type RedactingStream, type Redactor } from './redactor.ts'
