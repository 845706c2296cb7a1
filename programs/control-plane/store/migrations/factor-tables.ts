import { sql } from 'kysely'
import type { DatabaseKind } from '../database.ts'
import type { MigrationDatabase } from '../migrate.ts'

/** The tables of better-auth's plugins: second factor, passkeys, sign-in by device code. A test compares them. */
export async function createFactorTables(db: MigrationDatabase, kind: DatabaseKind): Promise<void> {
  const time = kind === 'sqlite' ? sql`date` : sql`timestamptz`
  const flag = kind === 'sqlite' ? sql`integer` : sql`boolean`

  await sql`create table "twoFactor" (
    "id" text not null primary key,
    "secret" text not null,
    "backupCodes" text not null,
    "userId" text not null references "user" ("id") on delete cascade,
    "verified" ${flag},
    "failedVerificationCount" integer,
    "lockedUntil" ${time}
  )`.execute(db)
  await sql`create table "passkey" (
    "id" text not null primary key,
    "name" text,
    "publicKey" text not null,
    "userId" text not null references "user" ("id") on delete cascade,
    "credentialID" text not null,
    "counter" integer not null,
    "deviceType" text not null,
    "backedUp" ${flag} not null,
    "transports" text,
    "createdAt" ${time},
    "aaguid" text
  )`.execute(db)
  await sql`create table "deviceCode" (
    "id" text not null primary key,
    "deviceCode" text not null,
    "userCode" text not null,
    "userId" text,
    "expiresAt" ${time} not null,
    "status" text not null,
    "lastPolledAt" ${time},
    "pollingInterval" integer,
    "clientId" text,
    "scope" text
  )`.execute(db)
  await sql`create index "twoFactor_userId_idx" on "twoFactor" ("userId")`.execute(db)
  await sql`create index "passkey_userId_idx" on "passkey" ("userId")`.execute(db)
  await sql`create unique index "passkey_credentialID_idx" on "passkey" ("credentialID")`.execute(db)
  await sql`create index "deviceCode_deviceCode_idx" on "deviceCode" ("deviceCode")`.execute(db)
  await sql`create index "deviceCode_userCode_idx" on "deviceCode" ("userCode")`.execute(db)
}
