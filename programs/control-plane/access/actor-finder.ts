import type { Store } from '../store/database.ts'
import type { AccessReader } from './access-reader.ts'
import { type Actor, actorName, asSignedIn } from './actor.ts'
import { tokenActor } from './token-actor.ts'

/** Who asked for something, kept with work that is done later or goes on for long. Holds no credential. */
export type ActorReference =
  | { kind: 'local' }
  /** With a session: only as long as it lives. */
  | { kind: 'user'; userId: string; sessionId?: string }
  | { kind: 'token'; tokenId: string }

export interface ActorFinderOptions {
  store: Store
  access: Pick<AccessReader, 'person'>
  sessions: { lives(sessionId: string): Promise<boolean> }
}

/** For work that outlives the session it was asked in. Undefined for nobody. */
export function referenceTo(actor: Actor): ActorReference | undefined {
  if (actor.kind === 'public') return undefined
  if (actor.kind === 'local') return { kind: 'local' }
  if (actor.kind === 'token') return { kind: 'token', tokenId: actor.tokenId }
  return { kind: 'user', userId: actor.userId }
}

/** What is kept with a deployment: the name for people, the reference for the policy. */
export function authorOf(actor: Actor): { actor: string; by: ActorReference | undefined } {
  return { actor: actorName(actor), by: referenceTo(actor) }
}

/** For what must end with the session. */
export function referenceToSession(actor: Actor): ActorReference | undefined {
  return actor.kind === 'user'
    ? { kind: 'user', userId: actor.userId, sessionId: actor.sessionId }
    : referenceTo(actor)
}

/** Finds the actor of a reference with the rights of this moment. */
export class ActorFinder {
  readonly #options: ActorFinderOptions

  constructor(options: ActorFinderOptions) {
    this.#options = options
  }

  /** Undefined when they are gone or suspended, their session has ended, or their token works no more. */
  async find(reference: ActorReference): Promise<Actor | undefined> {
    if (reference.kind === 'local') return { kind: 'local' }
    if (reference.kind === 'token') return this.#byToken(reference.tokenId)
    const { access, sessions } = this.#options
    const { userId, sessionId } = reference
    if (sessionId !== undefined && !(await sessions.lives(sessionId))) return undefined
    const person = await access.person(userId)
    return person && asSignedIn(person)
  }

  async #byToken(tokenId: string): Promise<Actor | undefined> {
    const row = await this.#options.store.db
      .selectFrom('api_tokens')
      .selectAll()
      .where('id', '=', tokenId)
      .where('revoked_at', 'is', null)
      .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Date.now())]))
      .executeTakeFirst()
    const person = row && (await this.#options.access.person(row.user_id))
    return person && tokenActor(row, person)
  }
}
