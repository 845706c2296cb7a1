/** The permission X-ray: who may do what, and why. Every answer comes from the policy that decides at each request. */
import type { AppAccess, PersonAccess, PersonRef } from '@seaworthy/api'
import { sql } from 'kysely'
import type { Store } from '../store/database.ts'
import type { ApiTokenRow, AppRow, TeamRow } from '../store/schema.ts'
import type { AccessReader, FoundPerson } from './access-reader.ts'
import { type Actor, asSignedIn, type Person, type TokenActor } from './actor.ts'
import { peopleOnApp } from './people-on-app.ts'
import { permissionsOn } from './permissions.ts'
import { can, type Resource, roleOn } from './policy.ts'
import type { Role } from './roles.ts'
import { tokenActor } from './token-actor.ts'

export interface AccessReportOptions {
  store: Store
  access: AccessReader
}

type AppPerson = AppAccess['people'][number]

export class AccessReport {
  readonly #store: Store
  readonly #access: AccessReader

  constructor({ store, access }: AccessReportOptions) {
    this.#store = store
    this.#access = access
  }

  /** What a person may do, as far as `asker` may know: undefined when that is nothing at all. */
  async ofPerson(userId: string, asker: Actor): Promise<PersonAccess | undefined> {
    const person = await this.#access.find(userId)
    if (!person) return undefined
    const complete = seesAllOf(asker, userId)
    const [teams, apps] = await Promise.all([this.#teamsOf(person), this.#grantedAppsOf(person)])
    const seenTeams = teams.filter(({ id }) => complete || can(asker, 'access:team', teamResource(id)))
    const seenApps = apps.filter(app => complete || can(asker, 'access:app', resourceOf(app)))
    if (!complete && seenTeams.length + seenApps.length === 0) return undefined
    return this.#personReport(person, complete, seenTeams, seenApps)
  }

  /** Who may do what on an app: the members of its team, people with a grant, the platform's administrators. */
  async ofApp(app: AppRow): Promise<AppAccess> {
    const resource = resourceOf(app)
    const team = await this.#store.db
      .selectFrom('teams')
      .select(['slug', 'name'])
      .where('id', '=', app.team_id)
      .executeTakeFirstOrThrow()
    const people = await this.#peopleOn(app)
    const tokens = await this.#tokensOf(people)
    return {
      app: { slug: app.slug, name: app.name },
      team,
      people: people.map(person => ({
        person: refOf(person),
        ...heldRole(person, resource),
        can: permissionsOn(asSignedIn(person), 'app', resource),
        tokens: tokens
          .filter(token => token.userId === person.userId && can(token, 'app:read', resource))
          .map(token => tokenReport(token, resource)),
      })),
    }
  }

  async #personReport(
    person: FoundPerson,
    complete: boolean,
    teams: readonly TeamRow[],
    apps: readonly (AppRow & { team: string })[],
  ): Promise<PersonAccess> {
    const actor = asSignedIn(person)
    const { platformRole } = person.access
    return {
      person: { ...refOf(person), platformRole, suspended: person.suspended },
      complete,
      platform: permissionsOn(actor, 'platform'),
      teams: await Promise.all(teams.map(team => this.#teamReport(actor, team))),
      apps: apps.map(app => ({
        app: { slug: app.slug, name: app.name },
        team: app.team,
        ...heldRole(person, resourceOf(app)),
        can: permissionsOn(actor, 'app', resourceOf(app)),
      })),
    }
  }

  async #teamReport(
    actor: Person & Actor,
    { id, slug, name }: TeamRow,
  ): Promise<PersonAccess['teams'][number]> {
    const team = teamResource(id)
    const apps = this.#store.db.selectFrom('apps').select('slug').where('team_id', '=', id)
    const live = await apps.where('deleted_at', 'is', null).orderBy('slug').execute()
    return {
      team: { slug, name },
      ...heldRole(actor, team),
      can: permissionsOn(actor, 'team', team),
      // No app has an empty id: what is left is what the team itself gives.
      canOnApps: permissionsOn(actor, 'app', { kind: 'app', appId: '', teamId: id }),
      apps: live.map(app => app.slug),
    }
  }

  /** For an administrator of the platform: all. */
  #teamsOf({ access }: Person): Promise<TeamRow[]> {
    const all = this.#store.db.selectFrom('teams').selectAll().orderBy('slug')
    if (access.platformRole === 'admin') return all.execute()
    return all.where('id', 'in', [...access.teams.keys(), '']).execute()
  }

  #grantedAppsOf({ access }: Person): Promise<(AppRow & { team: string })[]> {
    return this.#store.db
      .selectFrom('apps')
      .innerJoin('teams', 'teams.id', 'apps.team_id')
      .selectAll('apps')
      .select('teams.slug as team')
      .where('apps.id', 'in', [...access.apps.keys(), ''])
      .where('apps.deleted_at', 'is', null)
      .orderBy('apps.slug')
      .execute()
  }

  /** Everybody with a role on it, by name; without those who are suspended. */
  async #peopleOn(app: AppRow): Promise<Person[]> {
    const rows = await peopleOnApp(this.#store.db, app).orderBy(sql`lower("name")`).orderBy('id').execute()
    const people = await Promise.all(rows.map(row => this.#access.person(row.id)))
    return people.filter(person => person !== undefined)
  }

  async #tokensOf(people: readonly Person[]): Promise<TokenActor[]> {
    const owners = new Map(people.map(person => [person.userId, person]))
    const rows: ApiTokenRow[] = await this.#store.db
      .selectFrom('api_tokens')
      .selectAll()
      .where('user_id', 'in', [...owners.keys(), ''])
      .where('revoked_at', 'is', null)
      .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Date.now())]))
      .orderBy('name')
      .execute()
    return rows.map(row => tokenActor(row, owners.get(row.user_id)!))
  }
}

function seesAllOf(asker: Actor, userId: string): boolean {
  if (asker.kind === 'local') return true
  if (asker.kind === 'public') return false
  // A limited token tells of what it is limited to, also about its own person.
  if (asker.kind === 'token' && (asker.appIds !== null || asker.teamId !== null)) return false
  return asker.userId === userId || asker.access.platformRole === 'admin'
}

function heldRole(person: Person, resource: Resource): { role: Role; from: AppPerson['from'] } {
  const role = roleOn(asSignedIn(person), resource)!
  if (person.access.platformRole === 'admin') return { role, from: 'platform' }
  const inTeam = resource.kind === 'none' ? undefined : person.access.teams.get(resource.teamId)
  return { role, from: inTeam === role ? 'team' : 'grant' }
}

function tokenReport(token: TokenActor, resource: Resource): AppPerson['tokens'][number] {
  const { tokenId: id, tokenName: name, scopes } = token
  return { id, name, scopes: [...scopes], can: permissionsOn(token, 'app', resource) }
}

function refOf({ userId, email, name }: Person): PersonRef {
  return { id: userId, email, name }
}

function resourceOf({ id, team_id }: Pick<AppRow, 'id' | 'team_id'>): Extract<Resource, { kind: 'app' }> {
  return { kind: 'app', appId: id, teamId: team_id }
}

function teamResource(teamId: string): Resource {
  return { kind: 'team', teamId }
}
