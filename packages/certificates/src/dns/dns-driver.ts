/**
 * Writes the TXT records that prove a name in DNS. Drivers: `rfc2136`, `webhook`. Contract: `dns-driver.conformance.ts`.
 *
 * Both methods may be called again with the same record, also after a crash between the change and its answer. Other
 * records, and other values at the same name, are left alone: two orders may prove one name at the same time (a name
 * and its wildcard do). Rejects with `dns_…` errors that are fit for whoever owns the domain.
 */
export interface DnsDriver {
  readonly kind: string
  /** Resolves once the server has taken it; that others see it is the caller's to check. */
  addText(record: TextRecord, signal?: AbortSignal): Promise<void>
  /** A record that is not there is not an error. */
  removeText(record: TextRecord, signal?: AbortSignal): Promise<void>
}

export interface TextRecord {
  /** `_acme-challenge.shop.example.com` */
  name: string
  value: string
}
