/** The tables of claimed hosts and certificates. */

/** A host that an app has claimed. One app at a time. */
export interface DomainRow {
  id: string
  app_id: string
  /** Lower-case ASCII; `*.shop.example.com` is any one label under it. */
  host: string
  /** Another host of the same app, where all requests are sent to. */
  redirect_to: string | null
  /** `DomainHttps` */
  https_json: string
  /** How the host is proved to the authority; `auto` chooses. */
  challenge: 'auto' | 'http-01' | 'tls-alpn-01' | 'dns-01'
  /** `DnsSettings`, its secret sealed. */
  dns_json: string | null
  /** Until then nobody else may claim it; later the first who asks. Moves on whenever the host is seen to lead here. */
  held_until: number
  /** When the host was last seen to lead here, or its owner proved it in DNS. */
  proved_at: number | null
  checked_at: number | null
  /** `DomainStep[]` of the last check and attempt. */
  steps_json: string
  /** Attempts in a row that brought no certificate. */
  failures: number
  /** When the next attempt is due; null: none is. */
  retry_at: number | null
  /** `{ code, message }` of the last attempt. */
  problem_json: string | null
  /** `PendingOrder` while one is under way: url, sealed key, open challenges. */
  order_json: string | null
  created_at: number
  updated_at: number
}

/** What a domain is proved with over TLS. */
export interface CertificateRow {
  id: string
  domain_id: string
  source: 'acme' | 'upload'
  /** Leaf first. */
  chain_pem: string
  /** A JSON string: the sealed key, PEM. */
  key_json: string
  /** Of chain and key: names its file. */
  digest: string
  issuer: string
  not_before: number
  not_after: number
  /** When to renew it; null: never, it was uploaded. */
  renew_at: number | null
  /** When the authority is next asked about that (RFC 9773). */
  window_at: number | null
  /** When somebody was last told that it ends soon. */
  warned_at: number | null
  ocsp_url: string | null
  /** The newest OCSP answer, base64. */
  ocsp_der: string | null
  /** When to ask for the next one. */
  ocsp_at: number | null
  /** Until when the one that there is may be handed on. */
  ocsp_until: number | null
  created_at: number
}

export interface AcmeAccountRow {
  id: string
  directory_url: string
  account_url: string | null
  /** A JSON string: the sealed key, PEM. */
  key_json: string
  created_at: number
}
