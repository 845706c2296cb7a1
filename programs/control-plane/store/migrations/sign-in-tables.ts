import { sql } from 'kysely'
import type { DatabaseKind } from '../database.ts'
import type { MigrationDatabase } from '../migrate.ts'

/** The tables of better-auth 1.6 as its own generator makes them; names and types are its, a test compares them. */
export async function createSignInTables(db: MigrationDatabase, kind: DatabaseKind): Promise<void> {
  const time = kind === 'sqlite' ? sql`date` : sql`timestamptz`
  const flag = kind === 'sqlite' ? sql`integer` : sql`boolean`
  const now = kind === 'sqlite' ? sql`` : sql`default current_timestamp`

  await sql`create table "user" (
    "id" text not null primary key,
    "name" text not null,
    "email" text not null unique,
    "emailVerified" ${flag} not null,
    "image" text,
    "createdAt" ${time} ${now} not null,
    "updatedAt" ${time} ${now} not null
  )`.execute(db)
  await sql`create table "session" (
    "id" text not null primary key,
    "expiresAt" ${time} not null,
    "token" text not null unique,
    "createdAt" ${time} ${now} not null,
    "updatedAt" ${time} not null,
    "ipAddress" text,
    "userAgent" text,
    "userId" text not null references "user" ("id") on delete cascade
  )`.execute(db)
  await sql`create table "account" (
    "id" text not null primary key,
    "accountId" text not null,
    "providerId" text not null,
    "userId" text not null references "user" ("id") on delete cascade,
    "accessToken" text,
    "refreshToken" text,
    "idToken" text,
    "accessTokenExpiresAt" ${time},
    "refreshTokenExpiresAt" ${time},
    "scope" text,
    "password" text,
    "createdAt" ${time} ${now} not null,
    "updatedAt" ${time} not null
  )`.execute(db)
  await sql`create table "verification" (
    "id" text not null primary key,
    "identifier" text not null,
    "value" text not null,
    "expiresAt" ${time} not null,
    "createdAt" ${time} ${now} not null,
    "updatedAt" ${time} ${now} not null
  )`.execute(db)
  await sql`create index "session_userId_idx" on "session" ("userId")`.execute(db)
  await sql`create index "session_expiresAt_idx" on "session" ("expiresAt")`.execute(db)
  await sql`create index "account_userId_idx" on "account" ("userId")`.execute(db)
  await sql`create index "account_provider_idx" on "account" ("providerId", "accountId")`.execute(db)
  await sql`create index "verification_identifier_idx" on "verification" ("identifier")`.execute(db)
}
