import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AddressGuard,
  alpnCertificate,
  type ChallengePresenter,
  type ChallengeType,
  certificateErrors,
  type DnsDriver,
  type DnsLookup,
  dnsProof,
  type OpenChallenge,
  rfc2136Driver,
  type WebhookOptions,
  webhookDriver,
} from '@seaworthy/certificates'
import type { Logger } from '@seaworthy/kit'
import type { CertificateFiles } from './certificate-files.ts'
import type { DnsSettings, PendingOrder } from './domain-settings.ts'

export interface DomainPresenterOptions {
  types: readonly ChallengeType[]
  order: PendingOrder
  /** Called after each change of `order.open`, which the route table is made of. */
  save(): Promise<void>
  publish(): Promise<void>
  files: Pick<CertificateFiles, 'writeChallenge'>
  driver: DnsDriver | undefined
  dns: Pick<DnsLookup, 'textsAtSource'>
  log: Pick<Logger, 'warn'>
  /** How long a record may take until every name server shows it. 2 minutes when missing. */
  visibleWithinMs?: number
}

const VISIBLE_WITHIN_MS = 120_000
const LOOK_EVERY_MS = 1_000

/**
 * Puts the proofs of one order in their places: in the route table, or in DNS. What is put somewhere is noted down
 * first, so that it can be taken away also after a crash.
 */
export class DomainPresenter implements ChallengePresenter {
  readonly types: readonly ChallengeType[]
  readonly #options: DomainPresenterOptions

  constructor(options: DomainPresenterOptions) {
    this.#options = options
    this.types = options.types
  }

  async present(challenge: OpenChallenge, signal: AbortSignal): Promise<void> {
    const { order, files, driver, save, publish } = this.#options
    const isAlpn = challenge.type === 'tls-alpn-01'
    const file = isAlpn
      ? await files.writeChallenge(await alpnCertificate(challenge.host, challenge.keyAuthorization))
      : undefined
    order.open = [
      ...order.open.filter(open => open.token !== challenge.token),
      { ...challenge, ...(file && { file }) },
    ]
    await save()
    if (challenge.type !== 'dns-01') return publish()
    const record = dnsProof(challenge)
    await driver!.addText(record, signal)
    await this.#waitUntilVisible(record, signal)
  }

  async remove(challenge: OpenChallenge): Promise<void> {
    const { order, driver, save, publish, log } = this.#options
    // A record that stays does no harm; that it does must not cost the certificate.
    if (challenge.type === 'dns-01')
      await driver
        ?.removeText(dnsProof(challenge))
        .catch(error => log.warn({ domain: challenge.host, err: error }, 'a proof was left in DNS'))
    order.open = order.open.filter(open => open.token !== challenge.token)
    await save()
    if (challenge.type !== 'dns-01') await publish()
  }

  /** An authority that finds nothing counts that as a failure; it asks the name servers of the zone. */
  async #waitUntilVisible(
    { name, value }: { name: string; value: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { dns, visibleWithinMs = VISIBLE_WITHIN_MS } = this.#options
    const giveUpAt = performance.now() + visibleWithinMs
    for (;;) {
      const found = await dns.textsAtSource(name).catch(() => new Map([['the resolver', [] as string[]]]))
      const without = [...found].filter(([, texts]) => !texts.includes(value)).map(([server]) => server)
      if (without.length === 0) return
      if (performance.now() > giveUpAt)
        throw certificateErrors.dns_not_visible({
          name,
          servers: without.join(', '),
          seconds: Math.round(visibleWithinMs / 1000),
        })
      await sleep(LOOK_EVERY_MS, undefined, { signal })
    }
  }
}

/** The one file that lists the DNS drivers. */
export function createDnsDriver(
  settings: DnsSettings,
  { guard, ca }: { guard: AddressGuard; ca?: WebhookOptions['ca'] },
): DnsDriver {
  if (settings.kind === 'webhook') return webhookDriver({ ...settings, ...guard, ...(ca && { ca }) })
  const { server, port, zone, keyName, algorithm, secret } = settings
  return rfc2136Driver({ server, port, zone, key: { name: keyName, algorithm, secret }, ...guard })
}
