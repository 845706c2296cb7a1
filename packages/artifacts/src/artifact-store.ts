/** What builds made: directory trees by digest, kept as long as a release names them. */
export interface Artifact {
  /** `sha256:<64 hex>` of the canonical tree. */
  digest: string
  /** Absolute path of the tree. Files are read-only. */
  path: string
  sizeBytes: number
}

export interface ArtifactStore {
  /** Takes over a finished tree (moves it, never copies when on the same filesystem). Idempotent by content. */
  put(directory: string): Promise<Artifact>
  open(digest: string): Promise<Artifact | undefined>
  /** Removes every artifact that is not in `keep`. Never touches one that is being put. */
  sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }>
}
