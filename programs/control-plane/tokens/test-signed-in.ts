/** For tests: somebody with a session and the roles that a test is about. */
import { type ApiClient, createClient } from '@seaworthy/api/client'
import { onTestFinished } from 'vitest'
import type { PlatformRole, Role } from '../access/roles.ts'
import { addSession } from '../accounts/test-people.ts'
import type { TestControlPlane } from '../http/test-control-plane.ts'
import { addPerson } from './test-tokens.ts'

export interface SignedIn {
  userId: string
  email: string
  token: string
  client: ApiClient
}

/** `teams`: roles by the id of the team. */
export async function signInAs(
  plane: Pick<TestControlPlane, 'store' | 'url'>,
  name: string,
  roles: { platformRole?: PlatformRole; teams?: Record<string, Role> } = {},
): Promise<SignedIn> {
  const userId = await addPerson(plane.store, name, roles)
  const { token } = await addSession(plane.store, userId)
  const email = `${name.toLowerCase()}@example.org`
  return { userId, email, token, client: clientOf(plane, token) }
}

export function clientOf({ url }: Pick<TestControlPlane, 'url'>, token: string): ApiClient {
  const client = createClient({ baseUrl: url, token })
  onTestFinished(() => client.close())
  return client
}

/** A team beside the default one. Returns its id. */
export async function addTeam({ store }: Pick<TestControlPlane, 'store'>, slug: string): Promise<string> {
  const id = `team_${slug}`
  await store.db.insertInto('teams').values({ id, slug, name: slug, created_at: 1 }).execute()
  return id
}
