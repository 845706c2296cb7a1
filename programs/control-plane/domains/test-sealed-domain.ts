/** For tests of the rotation of keys: one of each secret that domains keep. */
import type { KeyRing } from '@seaworthy/kit'
import type { Store } from '../store/database.ts'
import { domainBindings } from './domain-settings.ts'

export const PLANTED_DOMAIN = {
  dns: 'a dns secret',
  order: 'an order key',
  certificate: 'a certificate key',
  account: 'an account key',
}

/** How many secrets `plantDomain` seals. */
export const SEALED_BY_DOMAIN = Object.keys(PLANTED_DOMAIN).length

export async function plantDomain({ db }: Store, keyRing: KeyRing, appId: string): Promise<void> {
  const dns = {
    kind: 'webhook',
    url: 'https://hook.example.com',
    secret: keyRing.seal(PLANTED_DOMAIN.dns, domainBindings.dnsSecret('dom_1')),
  }
  const order = { key: keyRing.seal(PLANTED_DOMAIN.order, domainBindings.orderKey('dom_1')), open: [] }
  await db
    .insertInto('domains')
    .values({
      ...{
        id: 'dom_1',
        app_id: appId,
        host: 'shop.example.com',
        challenge: 'auto',
        https_json: '{}',
        steps_json: '[]',
      },
      ...{
        dns_json: JSON.stringify(dns),
        order_json: JSON.stringify(order),
        redirect_to: null,
        problem_json: null,
      },
      ...{
        held_until: 1,
        proved_at: null,
        checked_at: null,
        failures: 0,
        retry_at: null,
        created_at: 1,
        updated_at: 1,
      },
    })
    .execute()
  await db
    .insertInto('certificates')
    .values({
      ...{
        id: 'crt_1',
        domain_id: 'dom_1',
        source: 'upload',
        chain_pem: 'chain',
        digest: 'digest',
        issuer: 'somebody',
      },
      key_json: JSON.stringify(
        keyRing.seal(PLANTED_DOMAIN.certificate, domainBindings.certificateKey('crt_1')),
      ),
      ...{ not_before: 1, not_after: 2, renew_at: null, window_at: null, warned_at: null, created_at: 1 },
      ...{ ocsp_url: null, ocsp_der: null, ocsp_at: null, ocsp_until: null },
    })
    .execute()
  const key_json = JSON.stringify(keyRing.seal(PLANTED_DOMAIN.account, domainBindings.accountKey('aca_1')))
  await db
    .insertInto('acme_accounts')
    .values({
      id: 'aca_1',
      directory_url: 'https://acme.example/dir',
      account_url: null,
      key_json,
      created_at: 1,
    })
    .execute()
}

/** Opens what `plantDomain` sealed. */
export async function openPlantedDomain({ db }: Store, keyRing: KeyRing): Promise<typeof PLANTED_DOMAIN> {
  const domain = await db.selectFrom('domains').selectAll().executeTakeFirstOrThrow()
  const certificate = await db.selectFrom('certificates').selectAll().executeTakeFirstOrThrow()
  const account = await db.selectFrom('acme_accounts').selectAll().executeTakeFirstOrThrow()
  return {
    dns: keyRing.open(JSON.parse(domain.dns_json!).secret, domainBindings.dnsSecret(domain.id)),
    order: keyRing.open(JSON.parse(domain.order_json!).key, domainBindings.orderKey(domain.id)),
    certificate: keyRing.open(
      JSON.parse(certificate.key_json),
      domainBindings.certificateKey(certificate.id),
    ),
    account: keyRing.open(JSON.parse(account.key_json), domainBindings.accountKey(account.id)),
  }
}
