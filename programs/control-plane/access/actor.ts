import type { PlatformRole, Role, Scope } from './roles.ts'

/** What a person may do, as the database says at this moment. */
export interface Access {
  platformRole: PlatformRole
  /** Roles by team id. */
  teams: ReadonlyMap<string, Role>
  /** Roles by app id that were granted beside those of the teams. */
  apps: ReadonlyMap<string, Role>
}

export interface Person {
  userId: string
  email: string
  name: string
  access: Access
}

export type Actor =
  /** Nobody is signed in. */
  | { kind: 'public' }
  /** The administrator of the machine: came over the socket file, which only they can open. */
  | { kind: 'local' }
  /** `expiresAt` in milliseconds since 1970. A cookie comes by itself, so it needs a proof against forgery. */
  | (Person & {
      kind: 'user'
      sessionId: string
      expiresAt: number
      via: 'cookie' | 'bearer'
      /** The platform demands a second factor of this person, who has none: they can only set it up. */
      factorMissing?: boolean
    })
  /** An API token has its person's rights, narrowed by its scopes, apps and team; null: not narrowed. */
  | (Person & {
      kind: 'token'
      tokenId: string
      tokenName: string
      scopes: readonly Scope[]
      appIds: readonly string[] | null
      teamId: string | null
    })

export type UserActor = Extract<Actor, { kind: 'user' }>
export type TokenActor = Extract<Actor, { kind: 'token' }>
export type SignedInActor = Exclude<Actor, { kind: 'public' }>

/** What the policy sees when this person is signed in: for questions about somebody who is not asking. */
export function asSignedIn({ userId, email, name, access }: Person): UserActor {
  return { kind: 'user', userId, email, name, access, sessionId: '', expiresAt: 0, via: 'bearer' }
}

/** As it is written into releases, deployments and env versions. */
export function actorName(actor: Actor): string {
  return actor.kind === 'user' || actor.kind === 'token' ? actor.email : actor.kind
}
