import { AcmeClient, createAccountKey, type ExternalAccount } from '@seaworthy/certificates'
import type { KeyRing } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { AcmeAccountRow } from '../store/schema.ts'
import { domainBindings } from './domain-settings.ts'

export interface AcmeSettings {
  directoryUrl: string
  /** PEM, for a private authority. */
  ca?: string | undefined
  email?: string | undefined
  externalAccount?: ExternalAccount | undefined
}

export interface AcmeAccountsOptions {
  store: Store
  keyRing: KeyRing
  /** Undefined: no authority is used. */
  settings: AcmeSettings | undefined
  clock?: Pick<Clock, 'now'>
}

/** The platform's account at each authority that it ever used: one for all apps. */
export class AcmeAccounts {
  readonly #options: AcmeAccountsOptions

  constructor(options: AcmeAccountsOptions) {
    this.#options = options
  }

  get settings(): AcmeSettings | undefined {
    return this.#options.settings
  }

  /** A client with an account, made if need be. Rejects as the authority refuses; undefined where none is set. */
  async client(signal?: AbortSignal): Promise<{ client: AcmeClient; accountUrl: string } | undefined> {
    const { settings, keyRing } = this.#options
    if (!settings) return undefined
    const row = await this.#row(settings.directoryUrl)
    const accountKey = keyRing.open(JSON.parse(row.key_json), domainBindings.accountKey(row.id))
    const { directoryUrl, ca, email, externalAccount } = settings
    const client = new AcmeClient({
      directoryUrl,
      ca,
      accountKey,
      accountUrl: row.account_url ?? undefined,
      signal,
    })
    // Asked each time: an authority may have forgotten the account, and tells it best here. Idempotent.
    const accountUrl = await client.ensureAccount({ email, externalAccount })
    if (accountUrl !== row.account_url) await this.#remember(row.id, accountUrl)
    return { client, accountUrl }
  }

  /** The key is stored before it is used: an account whose key is lost could never be used again. */
  async #row(directoryUrl: string): Promise<AcmeAccountRow> {
    const { store, keyRing, clock = systemClock } = this.#options
    const id = newId('aca')
    const row = {
      id,
      directory_url: directoryUrl,
      account_url: null,
      key_json: JSON.stringify(keyRing.seal(createAccountKey(), domainBindings.accountKey(id))),
      created_at: clock.now(),
    }
    const known = () =>
      store.db
        .selectFrom('acme_accounts')
        .selectAll()
        .where('directory_url', '=', directoryUrl)
        .executeTakeFirst()
    const found = await known()
    if (found) return found
    await store.db
      .insertInto('acme_accounts')
      .values(row)
      .onConflict(conflict => conflict.doNothing())
      .execute()
    return (await known())!
  }

  async #remember(id: string, accountUrl: string): Promise<void> {
    const { db } = this.#options.store
    await db.updateTable('acme_accounts').set({ account_url: accountUrl }).where('id', '=', id).execute()
  }
}
