/** For tests: people, passwords that cost little, and a mailer that keeps what it is given. */
import { silentLogger } from '@seaworthy/kit'
import { createPasswordHasher, createPasswordPolicy, type StrengthCheck } from '@seaworthy/kit/password'
import { onTestFinished } from 'vitest'
import { databaseRateLimitStore } from '../http/rate-limit-stores.ts'
import type { NewMail } from '../mail/mail-kinds.ts'
import type { Mailer } from '../mail/mailer.ts'
import { openDatabase, type Store } from '../store/database.ts'
import { migratedSqlite } from '../store/sqlite-template.ts'
import { Accounts, type AccountsOptions } from './accounts.ts'
import { Passwords } from './passwords.ts'

export const ADA = { email: 'Ada@Example.org', password: 'Correct-Horse-9-Battery', name: 'Ada' }

/** Keeps every mail instead of sending it. What a transaction that is undone sent stays in it. */
export class TestMailer implements Mailer {
  readonly sent: NewMail[] = []

  async send(mail: NewMail): Promise<void> {
    this.sent.push(mail)
  }

  /** The token of the link in the newest mail of this kind. */
  tokenOf(kind: NewMail['kind']): string {
    const mail = this.sent.findLast(sent => sent.kind === kind)
    if (!mail || !('url' in mail.data)) throw new Error(`No mail of kind ${kind} with a link was sent.`)
    return new URL(mail.data.url).hash.replace('#token=', '')
  }
}

/** For tests about something else: real hashes of the least cost, every password taken. */
export function quickPasswords(): Passwords {
  const hasher = createPasswordHasher({ memoryKib: 8, passes: 1, maxWaiting: 10_000 })
  const strength: StrengthCheck = { judge: async () => ({ isCommon: false }), close() {} }
  return new Passwords({ hasher, policy: createPasswordPolicy({ strength }) })
}

/** Accounts over a database of their own, SQLite unless given another one. */
export async function testAccounts({
  store,
  ...overrides
}: Partial<AccountsOptions> & { store?: Store } = {}) {
  const mails = new TestMailer()
  const own = store ?? (await openTestStore())
  const options: AccountsOptions = {
    store: own,
    secret: 's'.repeat(40),
    baseUrl: 'http://localhost:4400',
    passwords: quickPasswords(),
    mailer: mails,
    counts: databaseRateLimitStore(own),
    log: silentLogger,
    ...overrides,
  }
  const accounts = new Accounts(options)
  onTestFinished(() => accounts.close())
  return { accounts, options, mails, store: own }
}

async function openTestStore(): Promise<Store> {
  const store = await openDatabase({ file: await migratedSqlite(), log: silentLogger })
  onTestFinished(() => store.close())
  return store
}
