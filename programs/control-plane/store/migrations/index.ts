/** All migrations, in order. A new one goes to the end. */
import type { Migration } from '../migrate.ts'
import { initial } from './0001-initial.ts'
import { accounts } from './0002-accounts.ts'
import { factorFacts } from './0003-factor-facts.ts'
import { hashedSessions } from './0004-hashed-sessions.ts'
import { people } from './0005-people.ts'
import { appMakers } from './0006-app-makers.ts'

export const migrations: readonly Migration[] = [
  initial,
  accounts,
  factorFacts,
  hashedSessions,
  people,
  appMakers,
]
