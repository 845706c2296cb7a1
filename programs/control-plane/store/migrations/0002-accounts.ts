/** Teams, tokens, second factors, audit, quotas. */
import { type CreateTableBuilder, sql } from 'kysely'
import type { DatabaseKind } from '../database.ts'
import type { Migration, MigrationDatabase } from '../migrate.ts'
import { createAuditEntries } from './audit-tables.ts'
import { createFactorTables } from './factor-tables.ts'

/** The team that every platform has from the start: what was made before there were teams belongs to it. */
export const DEFAULT_TEAM = { id: 'team_default', slug: 'default', name: 'Default' } as const

export const accounts: Migration = {
  name: '0002-accounts',
  async up(db, kind) {
    await createTeams(db)
    await giveAppsATeam(db)
    await createFactorTables(db, kind)
    await createTokens(db)
    await createAuditEntries(db, kind)
    await createQuotas(db)
    await createSharedEnv(db)
    await adoptOwner(db, kind)
  },
}

async function createTeams(db: MigrationDatabase): Promise<void> {
  await table(db, 'teams')
    .addColumn('slug', 'text', required)
    .addColumn('name', 'text', required)
    .addColumn('created_at', 'bigint', required)
    .execute()
  await sql`create unique index teams_slug on teams (slug)`.execute(db)
  await db
    .insertInto('teams')
    .values({ ...DEFAULT_TEAM, created_at: Date.now() })
    .execute()

  await sql`create table team_members (
    team_id text not null references teams (id) on delete cascade,
    user_id text not null references "user" ("id") on delete cascade,
    role text not null,
    created_at bigint not null,
    primary key (team_id, user_id)
  )`.execute(db)
  await sql`create index team_members_user on team_members (user_id)`.execute(db)

  await sql`create table invitations (
    id text not null primary key,
    team_id text not null references teams (id) on delete cascade,
    email text,
    role text not null,
    token_hash text not null unique,
    invited_by text not null,
    created_at bigint not null,
    expires_at bigint not null,
    accepted_at bigint,
    accepted_by text,
    revoked_at bigint
  )`.execute(db)
  await sql`create index invitations_team on invitations (team_id, created_at)`.execute(db)

  await sql`create table app_grants (
    app_id text not null references apps (id) on delete cascade,
    user_id text not null references "user" ("id") on delete cascade,
    role text not null,
    created_at bigint not null,
    primary key (app_id, user_id)
  )`.execute(db)
  await sql`create index app_grants_user on app_grants (user_id)`.execute(db)
}

async function giveAppsATeam(db: MigrationDatabase): Promise<void> {
  // SQLite adds a column with a reference only when its default is null; the code never moves an app to no team.
  await sql`alter table apps add column team_id text not null default 'team_default'`.execute(db)
  await sql`alter table apps add column environment text not null default 'production'`.execute(db)
  await sql`create index apps_team on apps (team_id)`.execute(db)
}

async function createTokens(db: MigrationDatabase): Promise<void> {
  await sql`create table refresh_tokens (
    id text not null primary key,
    session_id text not null references "session" ("id") on delete cascade,
    token_hash text not null unique,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    replaced_by text
  )`.execute(db)
  await sql`create index refresh_tokens_session on refresh_tokens (session_id)`.execute(db)
  await sql`create table access_tokens (
    token_hash text not null primary key,
    session_id text not null references "session" ("id") on delete cascade,
    created_at bigint not null,
    expires_at bigint not null
  )`.execute(db)
  await sql`create index access_tokens_session on access_tokens (session_id)`.execute(db)
  await sql`create index access_tokens_expiry on access_tokens (expires_at)`.execute(db)

  await sql`create table api_tokens (
    id text not null primary key,
    user_id text not null references "user" ("id") on delete cascade,
    team_id text references teams (id) on delete cascade,
    name text not null,
    token_hash text not null unique,
    hint text not null,
    scopes_json text not null,
    app_ids_json text,
    created_at bigint not null,
    expires_at bigint,
    last_used_at bigint,
    last_used_from text,
    previous_hash text,
    previous_until bigint,
    revoked_at bigint,
    warned_at bigint
  )`.execute(db)
  await sql`create index api_tokens_user on api_tokens (user_id, created_at)`.execute(db)
  await sql`create index api_tokens_team on api_tokens (team_id)`.execute(db)
  await sql`create unique index api_tokens_previous on api_tokens (previous_hash)`.execute(db)
}

async function createQuotas(db: MigrationDatabase): Promise<void> {
  await sql`create table quotas (
    subject_kind text not null,
    subject_id text not null,
    name text not null,
    max bigint not null,
    primary key (subject_kind, subject_id, name)
  )`.execute(db)
  await sql`create table usage_days (
    subject_kind text not null,
    subject_id text not null,
    name text not null,
    day text not null,
    used bigint not null,
    primary key (subject_kind, subject_id, name, day)
  )`.execute(db)
  await sql`create table rate_limits (
    key text not null primary key,
    points bigint not null,
    expires_at bigint
  )`.execute(db)
  await sql`create index rate_limits_expiry on rate_limits (expires_at)`.execute(db)
}

async function createSharedEnv(db: MigrationDatabase): Promise<void> {
  await sql`create table shared_env_versions (
    id text not null primary key,
    team_id text not null references teams (id) on delete cascade,
    environment text not null,
    version integer not null,
    document_json text not null,
    author text not null,
    created_at bigint not null
  )`.execute(db)
  await sql`create unique index shared_env_versions_number
    on shared_env_versions (team_id, environment, version)`.execute(db)
  await sql`alter table releases add column shared_env_json text`.execute(db)
}

/** Whoever has an account on a platform without teams is its owner. */
async function adoptOwner(db: MigrationDatabase, kind: DatabaseKind): Promise<void> {
  await sql`alter table "user" add column "platformRole" text not null default 'member'`.execute(db)
  await sql`alter table "user" add column "suspendedAt" bigint`.execute(db)
  const off = kind === 'sqlite' ? sql`integer not null default 0` : sql`boolean not null default false`
  await sql`alter table "user" add column "twoFactorEnabled" ${off}`.execute(db)
  await sql`update "user" set "platformRole" = 'admin'`.execute(db)
  await sql`insert into team_members (team_id, user_id, role, created_at)
    select ${DEFAULT_TEAM.id}, "id", 'owner', ${Date.now()} from "user"`.execute(db)
}

function table(db: MigrationDatabase, name: string): CreateTableBuilder<string, 'id'> {
  return db.schema.createTable(name).addColumn('id', 'text', column => column.primaryKey().notNull())
}

function required<Column extends { notNull(): Column }>(column: Column): Column {
  return column.notNull()
}
