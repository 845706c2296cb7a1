/** Immutable snapshots of code, by digest of their canonical tree (paths, kinds, modes' x bit, contents). */
export interface Source {
  /** `sha256:<64 hex>` */
  digest: string
  /** Absolute path of the unpacked tree. Never changed by anybody. */
  path: string
  sizeBytes: number
  entries: number
}

export interface GitOrigin {
  /** `https://…` or `file://…` */
  url: string
  /** Branch, tag or commit; the remote's default branch when missing. */
  ref?: string
  /** Folder inside the repository that is the app's root. */
  subdirectory?: string
}

export interface SourceStore {
  /**
   * Unpacks an uploaded archive (.zip, .tar, .tar.gz/.tgz, .tar.zst; told by content, not by name) while it streams.
   * Rejects with a `SourceRefused` (stable code, plain sentence), with `DiskFull`, or with the signal's reason, and
   * leaves nothing on disk. A stream that is not read to its end is left as it is, so that the connection can still
   * carry the answer: whoever opened it drains or destroys it.
   */
  fromArchive(stream: AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal }): Promise<Source>
  fromDirectory(directory: string): Promise<Source>
  fromGit(origin: GitOrigin, options?: { signal?: AbortSignal }): Promise<Source & { commit: string }>
  /** The stored source, or undefined. */
  open(digest: string): Promise<Source | undefined>
  /**
   * Removes every source that is not in `keep`, and temporary files older than an hour. Sources put within the last
   * minutes (settable) are spared: their owner may not have written their names down when `keep` was read.
   */
  sweep(keep: ReadonlySet<string>): Promise<{ removed: number; freedBytes: number }>
}
