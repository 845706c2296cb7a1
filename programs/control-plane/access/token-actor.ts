import type { ApiTokenRow } from '../store/schema.ts'
import type { Person, TokenActor } from './actor.ts'

/** What the policy sees when this person's API token is used. Whether the token is valid is for the caller to know. */
export function tokenActor(
  row: Pick<ApiTokenRow, 'id' | 'name' | 'scopes_json' | 'app_ids_json' | 'team_id'>,
  { userId, email, name, access }: Person,
): TokenActor {
  return {
    kind: 'token',
    ...{ userId, email, name, access },
    tokenId: row.id,
    tokenName: row.name,
    scopes: JSON.parse(row.scopes_json),
    appIds: row.app_ids_json === null ? null : JSON.parse(row.app_ids_json),
    teamId: row.team_id,
  }
}
