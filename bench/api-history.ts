/** What a platform that has been used for a while holds: apps with releases and deployments, written as rows. */
import type { Store, Transaction } from '../programs/control-plane/store/database.ts'
import { newId } from '../programs/control-plane/store/ids.ts'
import { DEFAULT_TEAM } from '../programs/control-plane/store/migrations/0002-accounts.ts'

const DEPLOYMENTS = 5
const SETTINGS = {
  processes: { web: 'node server.js' },
  runtime: { kind: 'node', version: '22' },
  health: {},
  resources: {},
  idle: {},
  deploy: {},
  headers: {},
  limits: {},
}

/** `app-0`, `app-1` …, asleep, each with five deployments of as many releases. */
export async function fillWithHistory(store: Store, apps: number): Promise<void> {
  for (let number = 0; number < apps; number += 1)
    await store.transaction(trx => addApp(trx, { number, startedAt: Date.now() - 86_400_000 }))
}

async function addApp(trx: Transaction, { number, startedAt }: { number: number; startedAt: number }) {
  const appId = newId('app')
  await trx
    .insertInto('apps')
    .values({
      id: appId,
      slug: `app-${number}`,
      name: `App ${number}`,
      state: 'asleep',
      tags_json: '[]',
      scale_json: '{}',
      sleep_after_minutes: null,
      current_release_id: null,
      origin_json: null,
      team_id: DEFAULT_TEAM.id,
      environment: 'production',
      user_number: 10_000 + number,
      last_request_at: startedAt,
      created_at: startedAt,
      updated_at: startedAt,
      made_by: null,
      deleted_at: null,
      purge_at: null,
    })
    .execute()
  let releaseId = ''
  for (let turn = 1; turn <= DEPLOYMENTS; turn += 1)
    releaseId = await addDeployment(trx, { appId, turn, at: startedAt + turn })
  await trx.updateTable('apps').set({ current_release_id: releaseId }).where('id', '=', appId).execute()
}

async function addDeployment(
  trx: Transaction,
  { appId, turn, at }: { appId: string; turn: number; at: number },
): Promise<string> {
  const [sourceId, buildId, releaseId] = [newId('src'), newId('bld'), newId('rel')]
  const digest = `sha256:${releaseId}`
  await trx
    .insertInto('sources')
    .values({
      id: sourceId,
      app_id: appId,
      digest,
      kind: 'archive',
      origin_json: '{}',
      size_bytes: 1,
      entries: 1,
      created_at: at,
    })
    .execute()
  await trx
    .insertInto('builds')
    .values({
      id: buildId,
      app_id: appId,
      number: turn,
      source_id: sourceId,
      state: 'succeeded',
      artifact_digest: digest,
      result_json: null,
      steps_json: '[]',
      error_code: null,
      error_message: null,
      created_at: at,
      started_at: at,
      finished_at: at,
    })
    .execute()
  await trx
    .insertInto('releases')
    .values({
      id: releaseId,
      app_id: appId,
      version: turn,
      artifact_digest: digest,
      build_id: buildId,
      env_version: 0,
      settings_json: JSON.stringify(SETTINGS),
      reason: 'deploy',
      rollback_of: null,
      shared_env_json: null,
      created_by: 'bench',
      created_at: at,
    })
    .execute()
  await trx
    .insertInto('deployments')
    .values({
      id: newId('dep'),
      app_id: appId,
      number: turn,
      state: 'succeeded',
      reason: 'deploy',
      build_id: buildId,
      release_id: releaseId,
      previous_release_id: null,
      job_id: null,
      scheduled_at: null,
      error_code: null,
      error_message: null,
      receipt_json: null,
      created_by: 'bench',
      created_at: at,
      started_at: at,
      switched_at: at,
      finished_at: at,
    })
    .execute()
  return releaseId
}
