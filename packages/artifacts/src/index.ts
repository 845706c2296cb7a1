export type * from './artifact-store.ts'
