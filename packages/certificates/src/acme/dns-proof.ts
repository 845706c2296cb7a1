import { createHash } from 'node:crypto'
import type { OpenChallenge } from './issue-certificate.ts'

/** The TXT record that proves a name in DNS (RFC 8555, 8.4). */
export function dnsProof({ host, keyAuthorization }: Pick<OpenChallenge, 'host' | 'keyAuthorization'>): {
  name: string
  value: string
} {
  return {
    name: `_acme-challenge.${host}`,
    value: createHash('sha256').update(keyAuthorization).digest('base64url'),
  }
}
