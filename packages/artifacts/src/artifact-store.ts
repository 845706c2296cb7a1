/** What builds made: directory trees by digest, kept as long as a release names them. */
export interface Artifact {
  /** `sha256:<64 hex>` of the canonical tree. */
  digest: string
  /** Absolute path of the tree. Files are read-only. */
  path: string
  sizeBytes: number
}

export interface ArtifactStore {
  /**
   * Takes over a finished tree (moves it, never copies when on the same filesystem). Idempotent by content.
   * Files become read-only (0444, 0555) and, for root, root's own. Rejects with `ArtifactRefused` for a link that
   * leaves the tree and for devices, pipes and sockets, with `ArtifactDiskFull`, and leaves the tree in place then.
   */
  put(directory: string): Promise<Artifact>
  open(digest: string): Promise<Artifact | undefined>
  /**
   * Removes every artifact that is not in `keep`. Never touches one that is being put, nor one put within the last
   * minutes (settable): its release may not have been written down when `keep` was read.
   */
  sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }>
}
