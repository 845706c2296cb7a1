export { createSourceStore, type GitSettings, type SourceStoreOptions } from './directory-source-store.ts'
export { DiskFull, type SourceRefusal, SourceRefused } from './errors.ts'
export type * from './source-store.ts'
