/** Claimed hosts, their certificates, and the accounts at certificate authorities. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const domains: Migration = {
  name: '0007-domains',
  async up(db) {
    await sql`create table domains (
      id text not null primary key,
      app_id text not null references apps (id) on delete cascade,
      host text not null unique,
      redirect_to text,
      https_json text not null,
      challenge text not null,
      dns_json text,
      held_until bigint not null,
      proved_at bigint,
      checked_at bigint,
      steps_json text not null,
      failures integer not null,
      retry_at bigint,
      problem_json text,
      order_json text,
      created_at bigint not null,
      updated_at bigint not null
    )`.execute(db)
    await sql`create index domains_app on domains (app_id)`.execute(db)
    await sql`create index domains_retry on domains (retry_at)`.execute(db)
    await sql`create table certificates (
      id text not null primary key,
      domain_id text not null unique references domains (id) on delete cascade,
      source text not null,
      chain_pem text not null,
      key_json text not null,
      digest text not null,
      issuer text not null,
      not_before bigint not null,
      not_after bigint not null,
      renew_at bigint,
      window_at bigint,
      warned_at bigint,
      ocsp_url text,
      ocsp_der text,
      ocsp_at bigint,
      ocsp_until bigint,
      created_at bigint not null
    )`.execute(db)
    await sql`create table acme_accounts (
      id text not null primary key,
      directory_url text not null unique,
      account_url text,
      key_json text not null,
      created_at bigint not null
    )`.execute(db)
  },
}
