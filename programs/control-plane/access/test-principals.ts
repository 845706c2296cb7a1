/** For `every-route.test.ts`: a platform with two teams, and everybody who could come to its door. */
import { randomBytes } from 'node:crypto'
import { afterFile } from '@seaworthy/testing'
import { addSession } from '../accounts/test-people.ts'
import { startTestControlPlane, type TestControlPlane } from '../http/test-control-plane.ts'
import { newId } from '../store/ids.ts'
import { addPerson, suspend } from '../teams/test-people.ts'

type Role = 'viewer' | 'developer' | 'admin' | 'owner'
type Scope = 'read' | 'deploy' | 'manage' | 'admin'

/** Who comes, in the words of the matrix. */
export interface Principal {
  headers: Record<string, string>
  /** Over the socket file. */
  machine?: true
  /** Nobody, whatever they send. */
  dead?: true
  /** A cookie without the proof that a page of ours sends it. */
  forged?: true
  administrator?: true
  /** In the team `harbour`. */
  inTeam?: Role
  /** On the app `shop` alone. */
  onShop?: Role
  token?: { scope: Scope; reach: 'everything' | 'shop' | 'another app' | 'another team' }
}

export interface World {
  platform: TestControlPlane
  principals: Record<string, Principal>
  /** Of the team `elsewhere`, which nobody of `harbour` has to do with. */
  elsewhere: Record<'person' | 'invitation' | 'token' | 'session' | 'trashedApp', string>
}

interface TokenFacts {
  userId: string
  scope?: Scope
  appIds?: string[]
  teamId?: string
  ended?: { expires_at: number } | { revoked_at: number }
}

export async function buildWorld(): Promise<World> {
  const platform = await startTestControlPlane({ cleanup: afterFile })
  const harbour = await platform.teams.create({ slug: 'harbour', actor: LOCAL })
  const other = await platform.teams.create({ slug: 'elsewhere', actor: LOCAL })
  const apps = await addApps(platform, harbour.id, other.id)
  const people = await addPeople(platform, harbour.id, other.id, apps.shop)
  const principals = {
    ...(await persons(platform, people)),
    ...(await tokens(platform, people, { ...apps, elsewhere: other.id })),
    ...(await nobodies(platform, people)),
    'the machine itself': { headers: {}, machine: true as const },
  }
  return { platform, principals, elsewhere: await addElsewhere(platform, other.id, people.fred!) }
}

const LOCAL = { kind: 'local' as const }
const HOUR_MS = 3_600_000
type People = Record<string, string>

async function addApps({ apps, store }: TestControlPlane, harbour: string, elsewhere: string) {
  const { id: shop } = await apps.create({ slug: 'shop', teamId: harbour })
  const { id: side } = await apps.create({ slug: 'side', teamId: harbour })
  const { id: away } = await apps.create({ slug: 'away', teamId: elsewhere })
  const gone = await apps.create({ slug: 'gone', teamId: harbour })
  await apps.moveToTrash(gone.id)
  await store.db.updateTable('apps').set({ id: 'app_gone' }).where('id', '=', gone.id).execute()
  return { shop, side, away }
}

async function addPeople({ store }: TestControlPlane, harbour: string, elsewhere: string, shop: string) {
  const people: People = {}
  const add = async (name: string) => {
    people[name] = await addPerson(store, name, { platformRole: name === 'pat' ? 'admin' : 'member' })
    return people[name]
  }
  const join = async (name: string, team: string, role: Role) => {
    const row = { team_id: team, user_id: await add(name), role, created_at: 1 }
    await store.db.insertInto('team_members').values(row).execute()
  }
  for (const role of ['viewer', 'developer', 'admin', 'owner'] as const) await join(role, harbour, role)
  await join('second owner', harbour, 'owner')
  await join('sid', harbour, 'owner')
  await suspend(store, people.sid!)
  await join('fred', elsewhere, 'owner')
  await add('pat')
  await add('former member')
  const grant = { app_id: shop, user_id: await add('guest'), role: 'developer' as const, created_at: 1 }
  await store.db.insertInto('app_grants').values(grant).execute()
  return people
}

async function persons(platform: TestControlPlane, people: People): Promise<Record<string, Principal>> {
  const as = async (name: string): Promise<{ headers: Record<string, string> }> => {
    const { token } = await addSession(platform.store, people[name]!)
    return bearer(token)
  }
  const cookie = await addSession(platform.store, people.owner!)
  return {
    'a viewer': { ...(await as('viewer')), inTeam: 'viewer' },
    'a developer': { ...(await as('developer')), inTeam: 'developer' },
    'an admin': { ...(await as('admin')), inTeam: 'admin' },
    'an owner': { ...(await as('owner')), inTeam: 'owner' },
    'the owner of another team': await as('fred'),
    'a developer of this app alone': { ...(await as('guest')), onShop: 'developer' },
    'a former member': await as('former member'),
    'an administrator of the platform': { ...(await as('pat')), administrator: true },
    'an owner with a cookie, without proof': {
      headers: { cookie: `seaworthy_session=${cookie.token}`, origin: platform.url },
      inTeam: 'owner',
      forged: true,
    },
  }
}

async function tokens(
  platform: TestControlPlane,
  people: People,
  ids: { shop: string; side: string; elsewhere: string },
): Promise<Record<string, Principal>> {
  const make = async (facts: TokenFacts) => bearer(await addToken(platform, facts))
  const [owner, pat] = [people.owner!, people.pat!]
  const scoped = async (scope: Scope): Promise<Principal> => ({
    ...(await make({ userId: owner, scope })),
    ...{ inTeam: 'owner', token: { scope, reach: 'everything' } },
  })
  const limited = (reach: NonNullable<Principal['token']>['reach']) => ({ scope: 'admin' as const, reach })
  return {
    "an owner's token to read": await scoped('read'),
    "an owner's token to deploy": await scoped('deploy'),
    "an owner's token to manage": await scoped('manage'),
    "an owner's token for all": await scoped('admin'),
    "an owner's token for this app": {
      ...(await make({ userId: owner, appIds: [ids.shop] })),
      ...{ inTeam: 'owner', token: limited('shop') },
    },
    "an owner's token for another app": {
      ...(await make({ userId: owner, appIds: [ids.side] })),
      ...{ inTeam: 'owner', token: limited('another app') },
    },
    "an administrator's token for another team": {
      ...(await make({ userId: pat, teamId: ids.elsewhere })),
      ...{ administrator: true, token: limited('another team') },
    },
    "an administrator's token for this app": {
      ...(await make({ userId: pat, appIds: [ids.shop] })),
      ...{ administrator: true, token: limited('shop') },
    },
    "a viewer's token for all": {
      ...(await make({ userId: people.viewer! })),
      ...{ inTeam: 'viewer', token: limited('everything') },
    },
    'the token of a former member': {
      ...(await make({ userId: people['former member']! })),
      token: limited('everything'),
    },
  }
}

async function nobodies(platform: TestControlPlane, people: People): Promise<Record<string, Principal>> {
  const userId = people.owner!
  const { store } = platform
  const ended = await addSession(store, userId)
  await store.db.deleteFrom('session').where('id', '=', ended.sessionId).execute()
  const expired = await addSession(store, userId, Date.now() - 24 * 365 * HOUR_MS)
  const whole = await addSession(store, userId)
  const token = (facts: TokenFacts) => addToken(platform, facts)
  const apiToken = await token({ userId })
  const sent: Record<string, Record<string, string>> = {
    'nobody, signed out': {},
    'an ended session': bearer(ended.token).headers,
    'an expired session': bearer(expired.token).headers,
    'a session cut short': bearer(whole.token.slice(0, -1)).headers,
    'somebody suspended': bearer((await addSession(store, people.sid!)).token).headers,
    'a token of somebody suspended': bearer(await token({ userId: people.sid! })).headers,
    'an expired token': bearer(await token({ userId, ended: { expires_at: Date.now() - 1 } })).headers,
    'a revoked token': bearer(await token({ userId, ended: { revoked_at: 1 } })).headers,
    'a token cut short': bearer(apiToken.slice(0, -1)).headers,
    'a token as a cookie': { cookie: `seaworthy_session=${apiToken}` },
    'a made-up session': bearer(randomBytes(24).toString('base64url')).headers,
    'a made-up access token': bearer(`swa_${randomBytes(32).toString('base64url')}`).headers,
    garbage: bearer('%00%ff;drop').headers,
    'another scheme': { authorization: `Basic ${Buffer.from('owner:owner').toString('base64')}` },
  }
  return Object.fromEntries(Object.entries(sent).map(([name, headers]) => [name, { headers, dead: true }]))
}

async function addToken(
  { store, tokens }: TestControlPlane,
  { userId, scope = 'admin', appIds, teamId, ended }: TokenFacts,
): Promise<string> {
  const limits = { appIds: appIds ?? null, teamId: teamId ?? null, expiresInDays: null }
  const { secret, row } = await store.transaction(trx =>
    tokens.create({ userId, name: newId('ci'), scopes: [scope], ...limits }, trx),
  )
  if (ended) await store.db.updateTable('api_tokens').set(ended).where('id', '=', row.id).execute()
  return secret
}

async function addElsewhere(
  platform: TestControlPlane,
  team: string,
  fred: string,
): Promise<World['elsewhere']> {
  const { store, apps, invitations } = platform
  const app = await apps.create({ slug: 'old-app', teamId: team })
  await apps.moveToTrash(app.id)
  const row = await store.db.selectFrom('teams').selectAll().where('id', '=', team).executeTakeFirstOrThrow()
  const { invitation } = await invitations.create({ team: row, actor: LOCAL, role: 'viewer' })
  await addToken(platform, { userId: fred, teamId: team })
  const token = store.db.selectFrom('api_tokens').select('id').where('user_id', '=', fred)
  const { sessionId } = await addSession(store, fred)
  return {
    person: fred,
    invitation: invitation.id,
    token: (await token.executeTakeFirstOrThrow()).id,
    session: sessionId,
    trashedApp: app.id,
  }
}

function bearer(token: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${token}` } }
}
