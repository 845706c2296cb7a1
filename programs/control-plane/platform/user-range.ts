import type { Logger } from '@seaworthy/kit'
import {
  claimUserRange,
  DEFAULT_FIRST_USER_ID,
  type Sandbox,
  USERS_OF_PLATFORM,
  type UserRangeClaim,
} from '@seaworthy/sandbox'
import type { ControlPlaneConfig } from '../config.ts'
import { InstanceRecords } from '../instances/instance-records.ts'
import type { Store } from '../store/database.ts'

const SETTING = 'first_user_id'

/**
 * The uid that users of this home's apps are counted from: the wanted one for a home that never had an app; any other
 * keeps what it has, since files and running apps are its users'.
 */
export async function fixFirstUserId(store: Store, wanted: number): Promise<number> {
  const [known, lastNumber] = await Promise.all([
    readSetting(store, SETTING),
    readSetting(store, 'last_user_number'),
  ])
  if (lastNumber !== undefined) return known ?? DEFAULT_FIRST_USER_ID
  await store.db
    .insertInto('platform_settings')
    .values({ key: SETTING, value_json: JSON.stringify(wanted), updated_at: Date.now() })
    .onConflict(conflict =>
      conflict.column('key').doUpdateSet({ value_json: JSON.stringify(wanted), updated_at: Date.now() }),
    )
    .execute()
  return wanted
}

async function readSetting({ db }: Store, key: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('platform_settings')
    .select('value_json')
    .where('key', '=', key)
    .executeTakeFirst()
  return row && Number(JSON.parse(row.value_json))
}

export interface HeldUserRange {
  /** What stands in the way of users of its own, in sentences. */
  shortcomings: string[]
  /** Lets go of the users, unless instances run on. */
  close(): Promise<void>
}

/** Tells other platforms on this host which users are ours, and finds out whether they are theirs, too. */
export async function holdUserRange({
  config,
  firstUserId,
  sandbox,
  store,
  log,
}: {
  config: Pick<ControlPlaneConfig, 'home' | 'firstUserId' | 'userRangesFolder'>
  firstUserId: number
  sandbox: Pick<Sandbox, 'powers'>
  store: Store
  log: Logger
}): Promise<HeldUserRange> {
  if (!sandbox.powers.users) return { shortcomings: [], close: async () => {} }
  const { home, userRangesFolder: folder } = config
  const claim = await claimUserRange({ folder, home, firstUserId }).catch(error => {
    log.warn({ folder, err: error }, 'other platforms on this machine cannot be told which users are ours')
    return undefined
  })
  const rivals = claim?.rivals ?? []
  if (rivals.length > 0) log.warn({ firstUserId, rivals }, 'another platform has the same users for its apps')
  return {
    shortcomings: [
      ...(config.firstUserId === firstUserId ? [] : [keptSentence(config.firstUserId, firstUserId)]),
      ...(claim && rivals.length > 0 ? [rivalSentence(claim, firstUserId)] : []),
    ],
    close: async () => {
      const running = await new InstanceRecords({ store }).listLive()
      if (running.length === 0) await claim?.release()
    },
  }
}

function keptSentence(wanted: number, kept: number): string {
  return `SEAWORTHY_FIRST_USER_ID is ${wanted}, but this home has had apps, whose users stay those from ${kept} on. Only a new home takes another number.`
}

/** Without the homes: members of teams read it, and where those lie is in the log. */
function rivalSentence({ freeFirstId }: UserRangeClaim, first: number): string {
  const range = `${first} to ${first + USERS_OF_PLATFORM - 1}`
  return `apps have the same users (${range}) as those of another platform on this server, so that one could read and stop the other's: set SEAWORTHY_FIRST_USER_ID to ${freeFirstId} for a home that has had no apps yet. The log names the other.`
}
