import { silentLogger } from '@seaworthy/kit'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../store/database.ts'
import { migratedSqlite } from '../store/sqlite-template.ts'

const NAMES_SOMEBODY =
  /user|person|author|email|actor|owner|inviter|(?:created|made|invited|accepted|granted|requested)_?by/i

/** Each is either deleted with its person (person-rows.ts) or renamed (person-traces.ts), or says nothing about one. */
const KNOWN = [
  'account.userId',
  'api_tokens.user_id',
  'app_grants.user_id',
  'apps.made_by',
  'apps.user_number', // of the operating system
  'audit_entries.actor_id', // stays, and belongs to nobody then
  'audit_entries.actor_kind',
  'audit_entries.user_agent',
  'deletion_receipts.requested_by', // `self` or `admin`
  'deployments.created_by',
  'deviceCode.userAgent', // of the device; the row goes with its person or within minutes
  'deviceCode.userCode', // what a person types
  'deviceCode.userId',
  'env_versions.author',
  'invitations.accepted_by',
  'invitations.email',
  'invitations.invited_by',
  'jobs.lease_owner', // a process
  'passkey.userId',
  'person_exports.user_id',
  'releases.created_by',
  'session.userAgent',
  'session.userId',
  'shared_env_versions.author',
  'team_members.user_id',
  'twoFactor.userId',
  'user.email',
  'user.emailVerified',
  'user.twoFactorEnabled',
]

test('every column that may name a person is known to the deletion of accounts', async () => {
  const store = await openDatabase({ file: await migratedSqlite(), log: silentLogger })
  onTestFinished(() => store.close())
  const tables = await store.db.introspection.getTables()

  const found = tables.flatMap(({ name, columns }) => columns.map(column => `${name}.${column.name}`))

  // A new one goes into person-rows.ts or person-traces.ts, into test-history.ts, and then here.
  const naming = found.filter(place => NAMES_SOMEBODY.test(place.split('.')[1]!))
  expect(naming.sort()).toEqual([...KNOWN].sort())
})
