import { createHash } from 'node:crypto'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CertificateFile } from '@seaworthy/routes'
import type { CertificateRow } from '../store/schema.ts'
import type { Certificates } from './certificates.ts'

export interface CertificateFilesOptions {
  /** `<home>/edge/certificates` */
  directory: string
  certificates: Pick<Certificates, 'keyOf'>
}

/** What was written a moment ago may be named by a table that is still to come. */
const KEPT_MS = 3_600_000

/**
 * The files that the edge reads: key and chain, named by their digest and readable by the platform's user alone. The
 * database has everything in them, so a lost one is written again.
 */
export class CertificateFiles {
  readonly #options: CertificateFilesOptions

  constructor(options: CertificateFilesOptions) {
    this.#options = options
  }

  /** Writes the files of a certificate unless they are there. Rejects when the disk does not take them. */
  async ensure(row: CertificateRow): Promise<Omit<CertificateFile, 'hosts'>> {
    const file = this.#path(`${row.digest}.pem`)
    // The key first: what reads a PEM file skips to what it looks for.
    await this.#ensureFile(file, () => `${this.#options.certificates.keyOf(row).trim()}\n${row.chain_pem}`)
    if (row.ocsp_der === null || row.ocsp_until === null) return { file }
    const der = Buffer.from(row.ocsp_der, 'base64')
    const ocspFile = this.#path(`${row.digest}-${shortDigest(der)}.ocsp`)
    await this.#ensureFile(ocspFile, () => der)
    return { file, ocspFile, ocspUntil: row.ocsp_until }
  }

  /** For a TLS-ALPN-01 challenge. Returns its path. */
  async writeChallenge(pem: string): Promise<string> {
    const file = this.#path(`challenge-${shortDigest(pem)}.pem`)
    await this.#ensureFile(file, () => pem)
    return file
  }

  /** Removes one that cannot be read, so that it is written anew. False for what is none of ours. */
  async forget(file: string): Promise<boolean> {
    if (dirname(file) !== this.#options.directory) return false
    await rm(file, { force: true })
    return true
  }

  /** Removes what neither `used` (paths) names nor was written lately. Resolves with how many. */
  async sweep(used: ReadonlySet<string>, now: number): Promise<number> {
    let removed = 0
    for (const name of await readdir(this.#options.directory).catch(() => [])) {
      const path = this.#path(name)
      const found = await stat(path).catch(() => undefined)
      if (!found?.isFile() || used.has(path) || now - found.mtimeMs < KEPT_MS) continue
      await rm(path, { force: true })
      removed++
    }
    return removed
  }

  #path(name: string): string {
    return join(this.#options.directory, name)
  }

  async #ensureFile(file: string, content: () => string | Buffer): Promise<void> {
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (!isThere) await this.#write(file, content())
  }

  /** Whole or not at all, also when the power goes or the disk is full. */
  async #write(file: string, content: string | Buffer): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true, mode: 0o700 })
    const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
    try {
      const handle = await open(draft, 'wx', 0o600)
      try {
        await handle.writeFile(content)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(draft, file)
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined)
      throw error
    }
  }
}

function shortDigest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}
