/** All migrations, in order. A new one goes to the end. */
import type { Migration } from '../migrate.ts'
import { initial } from './0001-initial.ts'
import { accounts } from './0002-accounts.ts'
import { factorFacts } from './0003-factor-facts.ts'
import { hashedSessions } from './0004-hashed-sessions.ts'
import { people } from './0005-people.ts'
import { appMakers } from './0006-app-makers.ts'
import { domains } from './0007-domains.ts'
import { traffic } from './0008-traffic.ts'
import { sight } from './0009-sight.ts'
import { registries } from './0010-registries.ts'
import { buildNeeds } from './0011-build-needs.ts'
import { limits } from './0012-limits.ts'
import { disk } from './0013-disk.ts'
import { leftovers } from './0014-leftovers.ts'
import { appTags } from './0015-app-tags.ts'
import { approvals } from './0016-approvals.ts'

export const migrations: readonly Migration[] = [
  initial,
  accounts,
  factorFacts,
  hashedSessions,
  people,
  appMakers,
  domains,
  traffic,
  sight,
  registries,
  buildNeeds,
  limits,
  disk,
  leftovers,
  appTags,
  approvals,
]
