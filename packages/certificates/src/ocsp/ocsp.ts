import { createHash, verify, X509Certificate } from 'node:crypto'
import { certificateErrors } from '../errors.ts'
import type { AddressGuard } from '../net/address-guard.ts'
import { exchange } from '../net/http-exchange.ts'

/** An answer about a certificate that servers hand on in handshakes (RFC 6960, RFC 6066, 8). */
export interface OcspAnswer {
  /** DER, as it came. */
  der: Buffer
  status: 'good' | 'revoked' | 'unknown'
  /** When a newer one should be asked for: half of its life is over then. */
  askAgainAt: number
  /** Not to be handed on later than this. */
  validUntil: number
}

export interface OcspQuestion extends AddressGuard {
  /** PEM, with the certificate's issuer behind it. */
  chainPem: string
  url: string
  signal?: AbortSignal | undefined
}

const MAX_ANSWER_BYTES = 65_536
const DAY_MS = 86_400_000
/** Clocks differ. */
const SKEW_MS = 300_000

/** Asks who answers for the authority, and checks the answer. Rejects where it cannot be handed on. */
export async function askOcsp(
  { chainPem, url, signal, mayReach, lookup }: OcspQuestion,
  now: number,
): Promise<OcspAnswer> {
  const { leaf, issuer } = leafAndIssuer(chainPem)
  const request = await requestFor(leaf, issuer)
  const answer = await exchange({
    ...{ url, method: 'POST', body: request, maxBytes: MAX_ANSWER_BYTES, signal, mayReach, lookup },
    headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
  })
  if (answer.status !== 200) throw refused(`it answered ${answer.status}`)
  return checkAnswer(answer.body, { leaf, issuer }, now)
}

interface Pair {
  leaf: X509Certificate
  issuer: X509Certificate
}

function leafAndIssuer(chainPem: string): Pair {
  const [leaf, issuer] = (
    chainPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  ).map(pem => new X509Certificate(pem))
  if (!leaf || !issuer) throw refused('the chain does not hold the issuer')
  return { leaf, issuer }
}

async function requestFor(leaf: X509Certificate, issuer: X509Certificate): Promise<Buffer> {
  const { ocsp, schema, x509 } = await library()
  const { subject, subjectPublicKeyInfo } = schema.AsnConvert.parse(
    issuer.raw,
    x509.Certificate,
  ).tbsCertificate
  const { serialNumber } = schema.AsnConvert.parse(leaf.raw, x509.Certificate).tbsCertificate
  const id = new ocsp.CertID({
    // What every responder knows; it guards nothing here (RFC 5019, 2.1.1).
    hashAlgorithm: new x509.AlgorithmIdentifier({ algorithm: '1.3.14.3.2.26', parameters: ASN1_NULL }),
    issuerNameHash: new schema.OctetString(sha1(schema.AsnConvert.serialize(subject))),
    issuerKeyHash: new schema.OctetString(sha1(subjectPublicKeyInfo.subjectPublicKey)),
    serialNumber,
  })
  const list = [new ocsp.Request({ reqCert: id })]
  const request = new ocsp.OCSPRequest({ tbsRequest: new ocsp.TBSRequest({ requestList: list }) })
  return Buffer.from(schema.AsnConvert.serialize(request))
}

async function checkAnswer(der: Buffer, { leaf, issuer }: Pair, now: number): Promise<OcspAnswer> {
  const basic = await readAnswer(der)
  requireSigned(basic, issuer)
  const serial = leaf.serialNumber.toLowerCase()
  const about = basic.answers.find(one => one.serialNumber === serial)
  if (!about) throw refused('it is about another certificate')
  const { thisUpdate, nextUpdate = thisUpdate + DAY_MS, status } = about
  if (thisUpdate > now + SKEW_MS || nextUpdate <= now) throw refused('it is not valid now')
  return { der, status, validUntil: nextUpdate, askAgainAt: thisUpdate + (nextUpdate - thisUpdate) / 2 }
}

interface BasicAnswer {
  signed: Buffer
  signature: Buffer
  algorithm: string
  certificates: X509Certificate[]
  answers: {
    /** Lower-case hex. */
    serialNumber: string
    status: OcspAnswer['status']
    thisUpdate: number
    nextUpdate: number | undefined
  }[]
}

async function readAnswer(der: Buffer): Promise<BasicAnswer> {
  const { ocsp, schema } = await library()
  try {
    const response = schema.AsnConvert.parse(der, ocsp.OCSPResponse)
    if (!response.responseBytes) throw refused(`it refused (${response.responseStatus})`)
    const basic = schema.AsnConvert.parse(response.responseBytes.response.buffer, ocsp.BasicOCSPResponse)
    return {
      signed: Buffer.from(basic.tbsResponseDataRaw ?? schema.AsnConvert.serialize(basic.tbsResponseData)),
      signature: Buffer.from(basic.signature),
      algorithm: basic.signatureAlgorithm.algorithm,
      certificates: (basic.certs ?? []).map(
        certificate => new X509Certificate(Buffer.from(schema.AsnConvert.serialize(certificate))),
      ),
      answers: basic.tbsResponseData.responses.map(({ certID, certStatus, thisUpdate, nextUpdate }) => ({
        serialNumber: Buffer.from(certID.serialNumber)
          .toString('hex')
          .replace(/^00(?=[89a-f])/, ''),
        status: certStatus.revoked ? 'revoked' : certStatus.good === null ? 'good' : 'unknown',
        thisUpdate: thisUpdate.getTime(),
        nextUpdate: nextUpdate?.getTime(),
      })),
    }
  } catch (cause) {
    if (certificateErrors.ocsp_refused.is(cause)) throw cause
    throw refused('it is no OCSP answer', cause)
  }
}

const HASHES: Record<string, string> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'

/** By the issuer, or by whom it has named for this (RFC 6960, 4.2.2.2). */
function requireSigned(
  { signed, signature, algorithm, certificates }: BasicAnswer,
  issuer: X509Certificate,
): void {
  const delegates = certificates.filter(
    candidate =>
      candidate.keyUsage?.includes(OCSP_SIGNING) &&
      candidate.checkIssued(issuer) &&
      candidate.verify(issuer.publicKey),
  )
  const hash = HASHES[algorithm]
  if (hash === undefined) throw refused('its signature is of a kind that is not trusted')
  const isGood = [issuer, ...delegates].some(signer => verify(hash, signed, signer.publicKey, signature))
  if (!isGood) throw refused('its signature is wrong')
}

const ASN1_NULL = new Uint8Array([5, 0]).buffer

function sha1(data: ArrayBuffer): Buffer {
  return createHash('sha1').update(Buffer.from(data)).digest()
}

/** Loaded when needed: few authorities answer OCSP any more. */
async function library() {
  const [ocsp, schema, x509] = await Promise.all([
    import('@peculiar/asn1-ocsp'),
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
  ])
  return { ocsp, schema, x509 }
}

function refused(problem: string, cause?: unknown): Error {
  return certificateErrors.ocsp_refused({ problem }, { cause })
}
