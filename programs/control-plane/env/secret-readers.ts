import type { Action, AppAccess, Permissions, SecretReaders as SecretReadersDocument } from '@seaworthy/api'
import type { AccessReport } from '../access/access-report.ts'
import { isoTime } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import type { EnvVars } from './env-vars.ts'
import { envErrors } from './errors.ts'
import { SecretUses } from './secret-uses.ts'

/** A secret is shown to nobody; with one of these a person makes the app use it, and so can find it out. */
const WAYS: readonly Action[] = ['app:deploy', 'app:run', 'env:write']

export interface SecretReadersOptions {
  store: Store
  envVars: EnvVars
  accessReport: Pick<AccessReport, 'ofApp'>
}

/** "Who can read this secret?", answered by the policy that decides about requests. */
export class SecretReaders {
  readonly #options: SecretReadersOptions
  readonly #uses: SecretUses

  constructor(options: SecretReadersOptions) {
    this.#options = options
    this.#uses = new SecretUses(options)
  }

  /** Rejects with `env_key_not_set`. */
  async describe(app: AppRow, key: string): Promise<SecretReadersDocument> {
    const { variables } = await this.#options.envVars.describe(app)
    const variable = Object.hasOwn(variables, key) ? variables[key] : undefined
    if (!variable) throw envErrors.env_key_not_set({ owner: app.slug, key })
    const [{ people }, uses] = await Promise.all([
      this.#options.accessReport.ofApp(app),
      this.#uses.last(app, key),
    ])
    return {
      key,
      secret: variable.secret,
      from: variable.from,
      people: people.map(readerOf).filter(({ can }) => can.length > 0),
      uses: uses.map(use => ({ ...use, at: isoTime(use.at) })),
    }
  }
}

function readerOf({ person, can, tokens }: AppAccess['people'][number]) {
  const able = tokens.map(({ id, name, can }) => ({ id, name, can: waysIn(can) }))
  const { id: userId, name, email } = person
  return { userId, name, email, can: waysIn(can), tokens: able.filter(token => token.can.length > 0) }
}

function waysIn(permissions: Permissions): Action[] {
  return WAYS.filter(action => permissions[action] === true)
}
