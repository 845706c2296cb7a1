/**
 * Every place of the database where sealed texts stand: a key rotation goes through them, and a test fails when a table
 * holds one that no place names. Who seals something new adds its place here.
 */
import type { SealBinding } from '@seaworthy/kit'
import { secondFactorBinding } from '../accounts/second-factors.ts'
import { AUDIT_HEAD_KEY, AUDIT_HEAD_SEAL } from '../audit/audit-head.ts'
import { domainBindings } from '../domains/domain-settings.ts'
import { appEnvBinding, sharedEnvBinding } from '../env/env-binding.ts'
import { registryBinding } from '../images/registries.ts'
import { mailBinding } from '../mail/mailer.ts'
import { gitOriginBinding } from '../sources/git-origin.ts'
import type { Database } from '../store/schema.ts'
import { SESSION_SECRET_BINDING, SESSION_SECRET_SETTING } from './session-secret.ts'

export interface SealedPlace {
  /** For people: `variables of apps`. */
  name: string
  table: keyof Database & string
  /** The primary key, a text. */
  id: string
  /** Holds JSON with sealed strings in it. */
  column: string
  /** Columns that the binding is made of. */
  facts: readonly string[]
  /** What the string at `path` of the JSON is bound to; undefined where it is no secret but only looks like one. */
  bindingOf(row: SealedRow, path: readonly string[]): SealBinding | undefined
}

/** The facts and the parsed JSON of a row. */
export interface SealedRow {
  facts: Readonly<Record<string, string>>
  json: unknown
}

/** By the key of the setting. The checks of the keys are not among them: each stays under its own key. */
const PLATFORM_SECRETS: ReadonlyMap<string, SealBinding> = new Map([
  [SESSION_SECRET_SETTING, SESSION_SECRET_BINDING],
  [AUDIT_HEAD_KEY, AUDIT_HEAD_SEAL],
])

export const sealedPlaces: readonly SealedPlace[] = [
  {
    name: 'sign-ins for registries',
    table: 'registries',
    id: 'id',
    column: 'document_json',
    facts: ['team_id', 'host'],
    bindingOf: ({ facts }, path) =>
      path.length === 1 && path[0] === 'password' ? registryBinding(facts.team_id!, facts.host!) : undefined,
  },
  {
    name: 'variables of apps',
    table: 'env_versions',
    id: 'id',
    column: 'document_json',
    facts: ['app_id'],
    bindingOf: ({ facts, json }, path) => secretKey(json, path, key => appEnvBinding(facts.app_id!, key)),
  },
  {
    name: 'shared variables of teams',
    table: 'shared_env_versions',
    id: 'id',
    column: 'document_json',
    facts: ['team_id', 'environment'],
    bindingOf: ({ facts, json }, path) =>
      secretKey(json, path, key =>
        sharedEnvBinding({ teamId: facts.team_id!, environment: facts.environment! }, key),
      ),
  },
  {
    name: 'git credentials of apps',
    table: 'apps',
    id: 'id',
    column: 'origin_json',
    facts: ['id'],
    bindingOf: ({ facts }, path) => (isPath(path, 'sealedUrl') ? gitOriginBinding(facts.id!) : undefined),
  },
  {
    name: 'git credentials of deployments',
    table: 'jobs',
    id: 'id',
    column: 'payload_json',
    facts: ['kind', 'queue_key'],
    bindingOf: ({ facts }, path) =>
      facts.kind === 'deploy' && isPath(path, 'git', 'sealedUrl')
        ? gitOriginBinding(facts.queue_key!.replace(/^app:/, ''))
        : undefined,
  },
  {
    name: 'mails that wait',
    table: 'jobs',
    id: 'id',
    column: 'payload_json',
    facts: ['kind'],
    bindingOf: ({ facts, json }, path) =>
      facts.kind === 'mail' && isPath(path, 'sealed') ? mailBinding((json as { id: string }).id) : undefined,
  },
  {
    name: 'second factors of people',
    table: 'twoFactor',
    id: 'id',
    column: 'secret',
    facts: ['userId'],
    bindingOf: ({ facts }, path) => (isPath(path) ? secondFactorBinding(facts.userId!) : undefined),
  },
  {
    name: 'DNS secrets of domains',
    table: 'domains',
    id: 'id',
    column: 'dns_json',
    facts: ['id'],
    bindingOf: ({ facts }, path) =>
      isPath(path, 'secret') ? domainBindings.dnsSecret(facts.id!) : undefined,
  },
  {
    name: 'keys of certificates that are being got',
    table: 'domains',
    id: 'id',
    column: 'order_json',
    facts: ['id'],
    bindingOf: ({ facts }, path) => (isPath(path, 'key') ? domainBindings.orderKey(facts.id!) : undefined),
  },
  {
    name: 'keys of certificates',
    table: 'certificates',
    id: 'id',
    column: 'key_json',
    facts: ['id'],
    bindingOf: ({ facts }, path) => (isPath(path) ? domainBindings.certificateKey(facts.id!) : undefined),
  },
  {
    name: 'accounts at certificate authorities',
    table: 'acme_accounts',
    id: 'id',
    column: 'key_json',
    facts: ['id'],
    bindingOf: ({ facts }, path) => (isPath(path) ? domainBindings.accountKey(facts.id!) : undefined),
  },
  {
    name: 'secrets of the platform',
    table: 'platform_settings',
    id: 'key',
    column: 'value_json',
    facts: ['key'],
    bindingOf: ({ facts }, path) => (isPath(path) ? PLATFORM_SECRETS.get(facts.key!) : undefined),
  },
]

/** In a document of variables only what is marked as a secret is sealed: a plain value may read as it pleases. */
function secretKey(
  json: unknown,
  path: readonly string[],
  bindingOf: (key: string) => SealBinding,
): SealBinding | undefined {
  const [key, field, ...deeper] = path
  if (key === undefined || field !== 'value' || deeper.length > 0) return undefined
  const entry = new Map(Object.entries(json as Record<string, { secret: boolean }>)).get(key)
  return entry?.secret ? bindingOf(key) : undefined
}

function isPath(path: readonly string[], ...expected: string[]): boolean {
  return path.length === expected.length && expected.every((part, index) => path[index] === part)
}
