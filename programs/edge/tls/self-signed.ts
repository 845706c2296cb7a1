import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  implicitText,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8,
} from './der.ts'

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const SUBJECT_ALT_NAME = '2.5.29.17'
const DNS_NAME = 2
const VALID_DAYS = 825
const DAY_MS = 86_400_000

/**
 * A certificate that only says "this is the edge": shown for names that have none of their own, so that a client that
 * does not insist (`curl -k`, a browser told to go on) gets an answer instead of a broken handshake (RFC 5280, 4.1).
 * @returns PEM with the key and the certificate
 */
export function makeSelfSigned({ host, now = new Date() }: { host: string; now?: Date }): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256))
  const name = sequence(set(sequence(objectId(COMMON_NAME), utf8(host))))
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))), // version 3
    integer(serialNumber()),
    algorithm,
    name,
    sequence(time(new Date(now.getTime() - DAY_MS)), time(new Date(now.getTime() + VALID_DAYS * DAY_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(subjectAltName(host))),
  )
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, privateKey)))
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) + pem(certificate)
}

/** Positive, not zero, at most 20 bytes. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes
}

function subjectAltName(host: string): Buffer {
  return sequence(objectId(SUBJECT_ALT_NAME), octetString(sequence(implicitText(DNS_NAME, host))))
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
