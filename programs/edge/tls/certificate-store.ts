import type { SecureContext } from 'node:tls'
import type { RouteTable } from '@seaworthy/routes'
import type { TlsMinVersion } from '../config.ts'
import type { CertificateMaterial } from './certificate-files.ts'
import { createSecureContext } from './lean-tls.ts'
import { securePolicy } from './tls-policy.ts'

/**
 * The certificates of one worker, by host. A context takes memory and a millisecond, so it is made when the first client
 * asks for its host, and kept as long as tables name its file: what a client was shown stays with its connection.
 */
export class CertificateStore {
  readonly #minVersion: TlsMinVersion
  readonly #materials = new Map<string, CertificateMaterial>()
  readonly #contexts = new Map<string, SecureContext>()
  /** File by host; `*.example.com` for one label under it. */
  #files = new Map<string, string>()
  #challenges = new Map<string, string>()
  /** By the leaf's DER, as latin1: the only thing that Node tells when it asks. */
  readonly #ocspAnswers = new Map<string, { answer: Buffer; until: number }>()

  constructor({ minVersion }: { minVersion: TlsMinVersion }) {
    this.#minVersion = minVersion
  }

  /** Handshakes from now on are by `table`. */
  update(table: RouteTable, added: readonly CertificateMaterial[]): void {
    for (const material of added) this.#add(material)
    this.#files = new Map()
    this.#challenges = new Map()
    for (const { hosts, file } of table.certificates ?? []) {
      if (this.#materials.has(file)) for (const host of hosts) this.#files.set(host, file)
    }
    for (const challenge of table.challenges ?? []) {
      if (challenge.type === 'tls-alpn-01') this.#challenges.set(challenge.host, challenge.file)
    }
    this.#forgetUnnamed()
  }

  /** The certificate for the name that a client asks for: an exact one, or a wildcard's; undefined for none. */
  contextFor(serverName: string): SecureContext | undefined {
    const host = serverName.toLowerCase()
    const file = this.#files.get(host) ?? this.#files.get(wildcardOf(host))
    return file === undefined ? undefined : this.#contextOf(file)
  }

  /** Whether a certificate authority may come with `acme-tls/1` (RFC 8737). */
  get hasChallenges(): boolean {
    return this.#challenges.size > 0
  }

  challengeFor(serverName: string): SecureContext | undefined {
    const file = this.#challenges.get(serverName.toLowerCase())
    return file === undefined ? undefined : this.#contextOf(file)
  }

  get hasOcspAnswers(): boolean {
    return this.#ocspAnswers.size > 0
  }

  /** @returns what may be handed on now: while nobody brings a newer one, an answer gets old */
  ocspAnswer(leaf: Buffer): Buffer | undefined {
    const known = this.#ocspAnswers.get(leaf.toString('latin1'))
    return known && known.until > Date.now() ? known.answer : undefined
  }

  #add(material: CertificateMaterial): void {
    this.#forgetOcsp(this.#materials.get(material.file))
    this.#materials.set(material.file, material)
    if (material.ocsp === undefined) return
    const { leaf, answer, until } = material.ocsp
    this.#ocspAnswers.set(Buffer.from(leaf).toString('latin1'), { answer: Buffer.from(answer), until })
  }

  #contextOf(file: string): SecureContext | undefined {
    const known = this.#contexts.get(file)
    const material = this.#materials.get(file)
    if (known || !material) return known
    const { pem } = material
    const made = createSecureContext({ ...securePolicy(this.#minVersion), key: pem, cert: pem })
    this.#contexts.set(file, made)
    return made
  }

  #forgetUnnamed(): void {
    const named = new Set([...this.#files.values(), ...this.#challenges.values()])
    for (const [file, material] of this.#materials) {
      if (named.has(file)) continue
      this.#materials.delete(file)
      this.#contexts.delete(file)
      this.#forgetOcsp(material)
    }
  }

  #forgetOcsp(material: CertificateMaterial | undefined): void {
    if (material?.ocsp) this.#ocspAnswers.delete(Buffer.from(material.ocsp.leaf).toString('latin1'))
  }
}

function wildcardOf(host: string): string {
  return `*${host.slice(host.indexOf('.'))}`
}
