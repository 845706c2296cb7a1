export type * from './artifact-store.ts'
export { type ArtifactStoreOptions, createArtifactStore } from './directory-artifact-store.ts'
export { ArtifactDiskFull, ArtifactRefused } from './errors.ts'
