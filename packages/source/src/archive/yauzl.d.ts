/** The part of yauzl that we use; the package brings no types. */
declare module 'yauzl' {
  import type { Readable } from 'node:stream'

  export interface Entry {
    /** Bytes, since we open with `decodeStrings: false`. */
    fileName: Buffer
    generalPurposeBitFlag: number
    extraFields: { id: number; data: Buffer }[]
    versionMadeBy: number
    externalFileAttributes: number
    compressionMethod: number
    crc32: number
    isEncrypted(): boolean
    canDecodeFileData(): boolean
  }

  export interface ZipFile {
    readonly entryCount: number
    eachEntry(): AsyncIterable<Entry>
    openReadStreamPromise(entry: Entry): Promise<Readable>
    close(): void
  }

  export function openPromise(
    path: string,
    options: { decodeStrings: false; validateEntrySizes: true; autoClose: false },
  ): Promise<ZipFile>

  export function getFileNameLowLevel(
    generalPurposeBitFlag: number,
    fileName: Buffer,
    extraFields: Entry['extraFields'],
    strictFileNames: boolean,
  ): string
}
