/** The tables of people, teams and what they may do. See `schema.ts` for the rules on columns. */

export type Role = 'viewer' | 'developer' | 'admin' | 'owner'
export type PlatformRole = 'admin' | 'member'
export type Scope = 'read' | 'deploy' | 'manage' | 'admin'

/** better-auth's tables name columns its own way; a time is ISO text on SQLite and a Date on PostgreSQL. */
type SignInTime = string | Date
type SignInFlag = number | boolean

export interface UserRow {
  id: string
  name: string
  email: string
  emailVerified: SignInFlag
  createdAt: SignInTime
  updatedAt: SignInTime
  twoFactorEnabled: SignInFlag
  platformRole: PlatformRole
  /** Milliseconds since 1970; such a person can sign in no more, and nothing of theirs opens a door. */
  suspendedAt: number | null
}

/** How a person signs in: with `providerId` `credential` it is the password. */
export interface CredentialRow {
  id: string
  accountId: string
  providerId: string
  userId: string
  /** Never the password: its slow hash. */
  password: string | null
  createdAt: SignInTime
  updatedAt: SignInTime
}

export interface SessionRow {
  id: string
  userId: string
  /** SHA-256 of the token, never the token. */
  token: string
  expiresAt: SignInTime
  createdAt: SignInTime
  updatedAt: SignInTime
  ipAddress: string | null
  userAgent: string | null
  /** Milliseconds since 1970: when its person last proved who they are; null: when it began. */
  confirmedAt: number | null
  /** `cli`: used by short tokens (`api-sessions.ts`), never by its own. */
  client: string | null
}

/** One-time values that live for minutes. */
export interface VerificationRow {
  id: string
  /** The hash of what its bearer has to show. */
  identifier: string
  value: string
  expiresAt: SignInTime
  createdAt: SignInTime
  updatedAt: SignInTime
}

/** The second factor of a person, at most one each. */
export interface TwoFactorRow {
  id: string
  userId: string
  /** A JSON string: sealed by the key ring. */
  secret: string
  /** `["<hash>", …]`: the recovery codes that were not used yet. */
  backupCodes: string
  /** False until the first code of a new secret was given. */
  verified: SignInFlag | null
  failedVerificationCount: number | null
  lockedUntil: SignInTime | null
  /** The newest 30-second step whose code was taken. */
  lastStep: number | null
}

export interface PasskeyRow {
  id: string
  userId: string
  name: string | null
  /** Base64url. */
  credentialID: string
  /** COSE, in base64url. */
  publicKey: string
  counter: number
  deviceType: string
  backedUp: SignInFlag
  /** `internal,hybrid` */
  transports: string | null
  createdAt: SignInTime | null
  aaguid: string | null
}

export interface DeviceCodeRow {
  id: string
  /** The hash of what the device shows to get its session. */
  deviceCode: string
  /** What the person types. */
  userCode: string
  /** Who approved or denied it. */
  userId: string | null
  expiresAt: SignInTime
  status: 'pending' | 'approved' | 'denied'
  lastPolledAt: SignInTime | null
  /** Milliseconds; grows with each poll that came too early. */
  pollingInterval: number | null
  clientId: string | null
  scope: string | null
  address: string | null
  userAgent: string | null
}

export interface TeamRow {
  id: string
  slug: string
  name: string
  created_at: number
}

export interface TeamMemberRow {
  team_id: string
  user_id: string
  role: Role
  created_at: number
}

export interface InvitationRow {
  id: string
  team_id: string
  /** Null: for whoever has the link. */
  email: string | null
  role: Role
  token_hash: string
  invited_by: string
  created_at: number
  expires_at: number
  accepted_at: number | null
  accepted_by: string | null
  revoked_at: number | null
}

/** A role on one app, beside those that its team gives. */
export interface AppGrantRow {
  app_id: string
  user_id: string
  role: Role
  created_at: number
}

export interface RefreshTokenRow {
  id: string
  session_id: string
  token_hash: string
  created_at: number
  expires_at: number
  used_at: number | null
  replaced_by: string | null
}

export interface AccessTokenRow {
  token_hash: string
  session_id: string
  created_at: number
  expires_at: number
}

export interface ApiTokenRow {
  id: string
  user_id: string
  /** Limits the token to this team; null: all teams of its person. */
  team_id: string | null
  name: string
  token_hash: string
  /** The last 4 characters, so that people tell their tokens apart. */
  hint: string
  /** `["deploy"]` */
  scopes_json: string
  /** Limits the token to these apps; null: all. */
  app_ids_json: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  last_used_from: string | null
  /** After a rotation the token before works until `previous_until`. */
  previous_hash: string | null
  previous_until: number | null
  revoked_at: number | null
  /** When its person was last told that it expires. */
  warned_at: number | null
}

/** Append-only and chained: the database refuses changes, and the hashes tell of them. */
export interface AuditEntryRow {
  /** 1, 2, 3 … without a gap. */
  sequence: number
  id: string
  at: number
  actor_kind: string
  actor_id: string | null
  token_id: string | null
  action: string
  target_kind: string | null
  target_id: string | null
  target_name: string | null
  team_id: string | null
  app_id: string | null
  address: string | null
  user_agent: string | null
  request_id: string | null
  outcome: 'done' | 'refused'
  before_json: string | null
  after_json: string | null
  previous_hash: string
  hash: string
}

export interface QuotaRow {
  subject_kind: 'team' | 'user'
  subject_id: string
  name: string
  max: number
}

export interface UsageDayRow {
  subject_kind: 'team' | 'user'
  subject_id: string
  name: string
  /** `2026-11-21`, in UTC. */
  day: string
  used: number
}

export interface SharedEnvVersionRow {
  id: string
  team_id: string
  /** Empty: every environment of the team. */
  environment: string
  version: number
  /** As in `env_versions`. */
  document_json: string
  author: string
  created_at: number
}

/** A file with everything about a person, for that person. */
export interface PersonExportRow {
  id: string
  user_id: string
  job_id: string
  requested_at: number
  ready_at: number | null
  /** When the file is removed. */
  expires_at: number | null
  /** `{ bytes, sha256, counts }` */
  receipt_json: string | null
}

/** Tells that an account was deleted, and not whose. */
export interface DeletionReceiptRow {
  code_hash: string
  job_id: string
  requested_by: 'self' | 'admin'
  requested_at: number
  finished_at: number | null
  /** `{ removed, renamed }` */
  receipt_json: string
}

export interface RateLimitRow {
  key: string
  points: number
  expires_at: number | null
}
