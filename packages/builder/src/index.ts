export type * from './builder.ts'
