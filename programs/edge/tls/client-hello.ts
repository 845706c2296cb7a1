/** The protocol by which a certificate authority asks for the answer to a TLS-ALPN-01 challenge (RFC 8737). */
export const ACME_PROTOCOL = 'acme-tls/1'

const RECORD_HEADER_BYTES = 5
const HANDSHAKE = 22
/** In the list of protocols each name follows its length. */
const LISTED = Buffer.concat([Buffer.from([ACME_PROTOCOL.length]), Buffer.from(ACME_PROTOCOL)])

/**
 * Whether the first bytes of a connection are a ClientHello that offers `acme-tls/1`; undefined while it takes more
 * bytes to tell. A hello that merely contains these bytes somewhere else fails its handshake, as it is no HTTP client.
 */
export function offersAcme(first: Buffer): boolean | undefined {
  if (first.length > 0 && first[0] !== HANDSHAKE) return false
  if (first.length < RECORD_HEADER_BYTES) return undefined
  const end = RECORD_HEADER_BYTES + first.readUInt16BE(3)
  if (first.subarray(0, end).includes(LISTED)) return true
  return first.length >= end ? false : undefined
}
