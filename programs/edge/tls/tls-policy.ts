import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import type { TlsMinVersion } from '../config.ts'

/**
 * Mozilla's "intermediate" recommendation (Server Side TLS 5.7): forward secrecy and authenticated ciphers only; the
 * client chooses among them, since it knows whether its processor has AES.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

/** The first one withstands quantum computers; clients that do not know it take the next. */
const CURVES = 'X25519MLKEM768:X25519:prime256v1:secp384r1'

/** How long a ticket is good; the keys that open tickets change as often, and the previous one is kept. */
export const SESSION_SECONDS = 24 * 60 * 60

/** Sessions resume on every thread and in the edge that replaces this one, so all must name the same context. */
export const SESSION_CONTEXT = 'seaworthy-edge'

/** What every certificate is served with. */
export function securePolicy(minVersion: TlsMinVersion): SecureContextOptions {
  return {
    minVersion,
    maxVersion: 'TLSv1.3',
    ciphers: CIPHERS,
    ecdhCurve: CURVES,
    honorCipherOrder: false,
    sessionIdContext: SESSION_CONTEXT,
    sessionTimeout: SESSION_SECONDS,
    // RFC 5746: a client that renegotiates would have us do the dear part of a handshake as often as it likes.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  }
}
