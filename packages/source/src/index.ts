export { createSourceStore, type SourceStoreOptions } from './directory-source-store.ts'
export { DiskFull, type SourceRefusal, SourceRefused } from './errors.ts'
export type { GitSettings } from './git/git-remote.ts'
export type * from './source-store.ts'
