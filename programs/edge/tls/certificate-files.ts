import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { CertificateFile, RouteTable } from '@seaworthy/routes'
import { createSecureContext } from './lean-tls.ts'

/** A certificate as a worker gets it. */
export interface CertificateMaterial {
  /** Where it came from; its name changes with its content. */
  file: string
  /** Key and chain, leaf first. */
  pem: string
  /** The leaf and the OCSP answer about it, DER; where the table names one. */
  ocsp?: OcspWord
}

export interface OcspWord {
  leaf: Uint8Array
  answer: Uint8Array
  /** Milliseconds since 1970. */
  until: number
}

export interface BrokenCertificate {
  file: string
  hosts: string[]
  reason: string
}

export interface CertificateChange {
  added: CertificateMaterial[]
  /** Told once for each file and reason. */
  broken: BrokenCertificate[]
}

/**
 * Reads the certificates that tables name: each file once, however many tables name it. One that is missing or broken is
 * left out, and tried again with the next table.
 */
export class CertificateFiles {
  readonly #known = new Map<string, CertificateMaterial>()
  readonly #reasons = new Map<string, string>()

  /** All that can be served now. */
  all(): CertificateMaterial[] {
    return [...this.#known.values()]
  }

  async read(table: RouteTable): Promise<CertificateChange> {
    const wanted = wantedFiles(table)
    this.#forgetAllBut(wanted)
    const change: CertificateChange = { added: [], broken: [] }
    await Promise.all([...wanted.values()].map(certificate => this.#readOne(certificate, change)))
    return change
  }

  async #readOne(certificate: CertificateFile, { added, broken }: CertificateChange): Promise<void> {
    const key = keyOf(certificate)
    if (this.#known.has(key)) return
    try {
      const material = await load(certificate)
      this.#known.set(key, material)
      this.#reasons.delete(key)
      added.push(material)
    } catch (error) {
      const reason = (error as Error).message
      if (this.#reasons.get(key) === reason) return
      this.#reasons.set(key, reason)
      broken.push({ file: certificate.file, hosts: certificate.hosts, reason })
    }
  }

  #forgetAllBut(wanted: ReadonlyMap<string, CertificateFile>): void {
    for (const key of this.#known.keys()) if (!wanted.has(key)) this.#known.delete(key)
    for (const key of this.#reasons.keys()) if (!wanted.has(key)) this.#reasons.delete(key)
  }
}

/** A new OCSP answer for the same certificate is another thing to read. */
function keyOf({ file, ocspFile }: CertificateFile): string {
  return ocspFile === undefined ? file : `${file} ${ocspFile}`
}

function wantedFiles({ certificates = [], challenges = [] }: RouteTable): Map<string, CertificateFile> {
  const wanted = new Map<string, CertificateFile>()
  for (const certificate of certificates) wanted.set(keyOf(certificate), certificate)
  for (const challenge of challenges) {
    if (challenge.type === 'tls-alpn-01')
      wanted.set(challenge.file, { file: challenge.file, hosts: [challenge.host] })
  }
  return wanted
}

/** @throws {Error} saying what is wrong with the file, without anything of its content */
async function load({
  file,
  ocspFile,
  ocspUntil: until = Number.POSITIVE_INFINITY,
}: CertificateFile): Promise<CertificateMaterial> {
  const pem = await readFile(file, 'utf8').catch(error => {
    throw new Error(`the file cannot be read (${error.code})`)
  })
  try {
    createSecureContext({ key: pem, cert: pem }) // says no when the key is another certificate's
  } catch (error) {
    throw new Error(`the file has no certificate with its key (${(error as NodeJS.ErrnoException).code})`)
  }
  if (ocspFile === undefined) return { file, pem }
  const answer = await readFile(ocspFile).catch(() => undefined)
  // Without the answer the certificate is as good as one that never had any.
  return answer ? { file, pem, ocsp: { leaf: new X509Certificate(pem).raw, answer, until } } : { file, pem }
}
