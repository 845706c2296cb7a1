/** Objects of RFC 8555, with the fields that are used here. */

export interface AcmeDirectory {
  newNonce: string
  newAccount: string
  newOrder: string
  /** RFC 9773. */
  renewalInfo?: string
  meta?: {
    externalAccountRequired?: boolean
    /** The names that CAA records know the authority by. */
    caaIdentities?: string[]
  }
}

export interface AcmeOrder {
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid'
  authorizations: string[]
  finalize: string
  certificate?: string
  error?: unknown
}

export interface AcmeAuthorization {
  status: 'pending' | 'valid' | 'invalid' | 'deactivated' | 'expired' | 'revoked'
  identifier: { type: string; value: string }
  wildcard?: boolean
  challenges: AcmeChallengeObject[]
}

export interface AcmeChallengeObject {
  type: string
  url: string
  token: string
  status: 'pending' | 'processing' | 'valid' | 'invalid'
  error?: unknown
}

/** The ways to prove a name, in the words of RFC 8555 and RFC 8737. */
export type ChallengeType = 'http-01' | 'tls-alpn-01' | 'dns-01'
