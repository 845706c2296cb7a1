import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { certificateErrors } from '../errors.ts'

/** What a certificate says, read from its chain. */
export interface CertificateFacts {
  /** Lower-case DNS names, wildcards among them. */
  names: string[]
  /** The name of who gave it, for people. */
  issuer: string
  /** Milliseconds since 1970. */
  notBefore: number
  notAfter: number
  /** Where its state can be asked for (RFC 6960); undefined where it names nobody. */
  ocspUrl: string | undefined
  /** RFC 9773, 4.1; undefined for a certificate that does not name its authority's key. */
  renewalId: string | undefined
}

/** A certificate that is fit to be served, in the order in which servers send it. */
export interface UsableCertificate extends CertificateFacts {
  /** PEM, leaf first, each signed by the next. */
  chainPem: string
  /** PEM. */
  keyPem: string
}

const MAX_PEM_CHARACTERS = 200_000
const LONGEST_CHAIN = 10
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Reads a chain that was checked before. Throws `certificate_invalid` for what is no certificate. */
export function readCertificate(chainPem: string): CertificateFacts {
  return factsOf(parseChain(chainPem)[0]!)
}

/**
 * Checks what somebody wants to be served for `host`: that it can be read, the key fits, the names cover the host, it is
 * valid now, and the chain is one. A chain in the wrong order is put right. Throws `certificate_invalid` with what is
 * wrong in plain words.
 */
export function inspectCertificate(
  { chain, key }: { chain: string; key: string },
  { host, now }: { host: string; now: number },
): UsableCertificate {
  const certificates = parseChain(chain)
  const privateKey = parseKey(key)
  const leaf = certificates.find(certificate => certificate.checkPrivateKey(privateKey))
  if (!leaf) throw invalid('the key belongs to none of its certificates')
  const ordered = inOrder(leaf, certificates)
  const facts = factsOf(leaf)
  requireStrong(privateKey)
  requireServer(leaf)
  requireName(facts, host)
  for (const certificate of ordered) {
    requireStrongSignature(certificate)
    requireTime(certificate, { now, isLeaf: certificate === leaf })
  }
  return {
    ...facts,
    chainPem: ordered
      .map(certificate => certificate.toString().trim())
      .join('\n')
      .concat('\n'),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

/** Whether a name of a certificate covers a host, as clients see it (RFC 6125, 6.4.3). */
export function coversHost(name: string, host: string): boolean {
  if (name === host) return true
  return name.startsWith('*.') && !host.startsWith('*.') && host.slice(host.indexOf('.')) === name.slice(1)
}

function parseChain(pem: string): X509Certificate[] {
  if (pem.length > MAX_PEM_CHARACTERS) throw invalid('the chain is too long to be one')
  const texts = pem.match(PEM_CERTIFICATE) ?? []
  if (texts.length === 0)
    throw invalid('there is no certificate in it. It must be PEM text: -----BEGIN CERTIFICATE-----')
  if (texts.length > LONGEST_CHAIN) throw invalid(`it has ${texts.length} certificates; a chain has a few`)
  return texts.map((text, index) => {
    try {
      return new X509Certificate(text)
    } catch {
      throw invalid(`certificate ${index + 1} of the chain is damaged`)
    }
  })
}

function parseKey(pem: string): KeyObject {
  if (pem.length > MAX_PEM_CHARACTERS) throw invalid('the key is too long to be one')
  if (/ENCRYPTED/.test(pem))
    throw invalid('the key is protected by a passphrase. Remove it: openssl pkey -in KEY -out PLAIN')
  try {
    return createPrivateKey(pem)
  } catch {
    throw invalid('the key cannot be read. It must be PEM text: -----BEGIN PRIVATE KEY-----')
  }
}

/** From the leaf on, each the issuer of the one before. A root at the end is left out: clients have their own. */
function inOrder(leaf: X509Certificate, certificates: readonly X509Certificate[]): X509Certificate[] {
  const chain = [leaf]
  const byPrint = new Map(certificates.map(certificate => [certificate.fingerprint256, certificate]))
  byPrint.delete(leaf.fingerprint256)
  const left = new Set(byPrint.values())
  for (;;) {
    const last = chain.at(-1)!
    const issuer = [...left].find(candidate => isSignedBy(last, candidate))
    if (!issuer) break
    left.delete(issuer)
    if (!isSelfSigned(issuer)) chain.push(issuer)
  }
  const stray = [...left].find(certificate => !isSelfSigned(certificate))
  if (stray) throw invalid(`the certificate of ${nameOf(stray.subject)} is no part of the chain`)
  if (chain.length === 1 && !isSelfSigned(leaf) && certificates.length === 1)
    throw invalid(
      `the chain ends with the certificate itself. Add that of ${nameOf(leaf.issuer)}: clients need it`,
    )
  return chain
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return (
    certificate.fingerprint256 !== issuer.fingerprint256 &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey)
  )
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey)
}

const FEWEST_RSA_BITS = 2048
/** By Node's names: P-256, P-384 and P-521. Browsers know no others. */
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

function requireStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (asymmetricKeyType === 'ec') {
    const curve = asymmetricKeyDetails?.namedCurve ?? 'of its own'
    if (!CURVES.has(curve)) throw invalid(`its key is on the curve ${curve}, which browsers do not know`)
    return
  }
  if (asymmetricKeyType !== 'rsa')
    throw invalid(`keys of kind ${asymmetricKeyType} are not known to browsers`)
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < FEWEST_RSA_BITS)
    throw invalid(`its RSA key has ${bits} bits, and clients want ${FEWEST_RSA_BITS}`)
}

/** What a self-signed certificate is signed with, nobody checks; all others stand and fall with it. */
function requireStrongSignature(certificate: X509Certificate): void {
  const { signatureAlgorithm = '', subject } = certificate
  if (/md5|sha1(?!\d)/i.test(signatureAlgorithm) && !isSelfSigned(certificate))
    throw invalid(
      `the certificate of ${nameOf(subject)} is signed with ${signatureAlgorithm}, which clients refuse`,
    )
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

function requireServer(leaf: X509Certificate): void {
  if (leaf.ca && !isSelfSigned(leaf)) throw invalid('it is the certificate of an authority, not of a server')
  if (leaf.keyUsage && !leaf.keyUsage.includes(SERVER_AUTH)) throw invalid('it is not made for servers')
}

function requireName({ names }: CertificateFacts, host: string): void {
  if (names.some(name => coversHost(name, host))) return
  const has = names.length === 0 ? 'it names no host' : `it is for ${names.slice(0, 5).join(', ')}`
  throw invalid(`${has}, and not for ${host}`)
}

function requireTime(
  { validFromDate, validToDate, subject }: X509Certificate,
  { now, isLeaf }: { now: number; isLeaf: boolean },
): void {
  const what = isLeaf ? 'it' : `the certificate of ${nameOf(subject)} in its chain`
  if (now >= validToDate.getTime()) throw invalid(`${what} expired on ${dayOf(validToDate.getTime())}`)
  if (now < validFromDate.getTime())
    throw invalid(`${what} is valid only from ${dayOf(validFromDate.getTime())} on`)
}

function factsOf(leaf: X509Certificate): CertificateFacts {
  return {
    names: namesOf(leaf),
    issuer: nameOf(leaf.issuer),
    notBefore: leaf.validFromDate.getTime(),
    notAfter: leaf.validToDate.getTime(),
    ocspUrl: /^OCSP - URI:(https?:\/\/\S+)$/m.exec(leaf.infoAccess ?? '')?.[1],
    renewalId: renewalIdOf(leaf),
  }
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return [...(subjectAltName ?? '').matchAll(/DNS:([^\s,"]+)/g)].map(found => found[1]!.toLowerCase())
}

function nameOf(distinguishedName: string): string {
  return /^(?:CN|O)=(.+)$/m.exec(distinguishedName)?.[1] ?? 'somebody without a name'
}

/** `base64url(authority key id).base64url(serial)` (RFC 9773, 4.1). */
function renewalIdOf(leaf: X509Certificate): string | undefined {
  const keyId = authorityKeyId(leaf.raw)
  if (!keyId) return undefined
  const serial = Buffer.from(
    leaf.serialNumber.padStart(leaf.serialNumber.length + (leaf.serialNumber.length % 2), '0'),
    'hex',
  )
  const signed = serial[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), serial]) : serial
  return `${keyId.toString('base64url')}.${signed.toString('base64url')}`
}

/** The extension 2.5.29.35 with its key id, as authorities write it: OID, octets, sequence, [0]. */
function authorityKeyId(der: Buffer): Buffer | undefined {
  const at = der.indexOf(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x23, 0x04]))
  if (at < 0 || der[at + 7] !== 0x30 || der[at + 9] !== 0x80) return undefined
  return der.subarray(at + 11, at + 11 + der[at + 10]!)
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function invalid(problem: string): Error {
  return certificateErrors.certificate_invalid({ problem })
}
