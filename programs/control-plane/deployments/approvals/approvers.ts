import type { AccessReader } from '../../access/access-reader.ts'
import { type Actor, asSignedIn } from '../../access/actor.ts'
import type { ActorReference } from '../../access/actor-finder.ts'
import { peopleOnApp } from '../../access/people-on-app.ts'
import { type Resource, roleOn } from '../../access/policy.ts'
import { roleIncludes } from '../../access/roles.ts'
import type { ApproverRole, DeploymentApprovalRow } from '../../store/approval-rows.ts'
import type { Store } from '../../store/database.ts'
import type { AppRow } from '../../store/schema.ts'
import { whyMayNotApprove, whyMayNotRefuse } from './approval-rules.ts'

export interface ApproversOptions {
  store: Store
  access: Pick<AccessReader, 'person'>
}

export interface WhyNot {
  approve: string | undefined
  refuse: string | undefined
}

/** Who may decide about a deployment of an app, by their rights at this moment. */
export class Approvers {
  readonly #options: ApproversOptions

  constructor(options: ApproversOptions) {
    this.#options = options
  }

  /** Why an actor may not, as sentences for people. */
  async whyNot(
    app: AppRow,
    { role: needed, own_allowed, by_json }: DeploymentApprovalRow,
    actor: Actor,
  ): Promise<WhyNot> {
    const author = await this.#authorOf(by_json === null ? undefined : JSON.parse(by_json))
    const role = roleOn(actor, resourceOf(app))
    const isOwn = author !== undefined && author === personOf(actor)
    const facts = { role, needed, isOwn, ownAllowed: own_allowed === 1 }
    const isAlone = isOwn && !(await this.#hasOther(app, needed, author))
    return { approve: whyMayNotApprove({ ...facts, isAlone }), refuse: whyMayNotRefuse(facts) }
  }

  /** A person's id, or `local` for the administrator of the machine. */
  async #authorOf(by: ActorReference | undefined): Promise<string | undefined> {
    if (by === undefined) return undefined
    if (by.kind === 'local') return 'local'
    if (by.kind === 'user') return by.userId
    const token = await this.#options.store.db
      .selectFrom('api_tokens')
      .select('user_id')
      .where('id', '=', by.tokenId)
      .executeTakeFirst()
    return token?.user_id
  }

  async #hasOther(app: AppRow, needed: ApproverRole, author: string): Promise<boolean> {
    for (const userId of await this.#peopleOn(app)) {
      if (userId === author) continue
      const person = await this.#options.access.person(userId)
      const role = person && roleOn(asSignedIn(person), resourceOf(app))
      if (role !== undefined && roleIncludes(role, needed)) return true
    }
    return false
  }

  async #peopleOn(app: AppRow): Promise<string[]> {
    const rows = await peopleOnApp(this.#options.store.db, app).execute()
    return rows.map(row => row.id)
  }
}

function personOf(actor: Actor): string | undefined {
  if (actor.kind === 'local') return 'local'
  return actor.kind === 'public' ? undefined : actor.userId
}

function resourceOf({ id, team_id }: AppRow): Resource {
  return { kind: 'app', appId: id, teamId: team_id }
}
