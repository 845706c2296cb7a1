export type * from './source-store.ts'
