/** What people do with their own data, and administrators of the platform with people. */
import type { UserActor } from '../access/actor.ts'
import { tellingWhenAgain } from '../accounts/accounts.routes.ts'
import type { Factors } from '../accounts/factors.ts'
import { requirePerson } from '../accounts/require-person.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { expiredSessionCookie } from '../http/session-cookie.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { personErrors } from './errors.ts'
import { deletionDocument, exportDocument, personDocument } from './person-document.ts'
import type { PersonExports } from './person-export.ts'
import type { PersonRemoval } from './person-removal.ts'
import type { PlatformPeople } from './platform-people.ts'

export interface PeopleRoutesOptions {
  people: PlatformPeople
  personExports: PersonExports
  personRemoval: PersonRemoval
  factors: Pick<Factors, 'fresh'>
  jobs: JobLedger
  dashboardUrl: string
}

export function peopleRoutes(options: PeopleRoutesOptions): Implementations {
  return { ...ownDataRoutes(options), ...administrationRoutes(options) }
}

function ownDataRoutes(options: PeopleRoutesOptions): Implementations {
  const { personExports, personRemoval, jobs } = options
  return {
    'account.export': {
      async answer({ actor, audit }) {
        const person = requirePerson(actor)
        const record = await personExports.request(person.userId)
        audit({ target: targetOf(person.userId), after: { job: record.row.job_id } })
        return exportDocument(record.row, personExports.stateOf(record))
      },
    },
    'account.exportState': {
      async answer({ actor }) {
        const record = await personExports.last(requirePerson(actor).userId)
        return record ? exportDocument(record.row, personExports.stateOf(record)) : null
      },
    },
    'account.exportFile': {
      async download({ actor, audit }) {
        const person = requirePerson(actor)
        const chunks = await personExports.open(person.userId)
        audit({ target: targetOf(person.userId) })
        return { filename: 'seaworthy-export.json', contentType: 'application/json; charset=utf-8', chunks }
      },
    },
    'account.delete': { answer: call => deleteOwnAccount(options, call) },
    'deletions.get': {
      async answer({ params }) {
        const row = await personRemoval.receipt(params.code)
        if (!row) throw personErrors.deletion_unknown()
        return deletionDocument(row, (await jobs.get(row.job_id))?.state)
      },
    },
  }
}

function administrationRoutes({ people, personRemoval }: PeopleRoutesOptions): Implementations {
  return {
    'people.list': {
      async page({ query }, page) {
        const { items, total } = await people.list({ ...query, ...page, order: query.order ?? 'asc' })
        return { items: items.map(personDocument), total }
      },
    },
    'people.get': { answer: async ({ params }) => personDocument(await people.get(params.person)) },
    'people.update': {
      async answer({ params, body, actor, audit }) {
        const actorId = 'userId' in actor ? actor.userId : undefined
        const change = { person: params.person, change: body, actorId }
        const changed = await people.update(change, (trx, { id, platformRole, suspendedAt }) =>
          audit.within(trx, {
            target: targetOf(id),
            before: { platformRole, suspended: suspendedAt !== null },
            after: { ...body },
          }),
        )
        return personDocument(changed)
      },
    },
    'people.delete': {
      async answer({ params, body, audit }) {
        const { user } = await people.get(params.person)
        requireSameAddress(body.confirm, user.email)
        return personRemoval.request({ userId: user.id, requestedBy: 'admin' }, trx =>
          audit.within(trx, { target: targetOf(user.id) }),
        )
      },
    },
  }
}

async function deleteOwnAccount(
  { factors, personRemoval, dashboardUrl }: PeopleRoutesOptions,
  { actor, body, request, reply, audit }: Call<'account.delete'>,
) {
  const person: UserActor = requirePerson(actor)
  const { confirm, ...proof } = body
  requireSameAddress(confirm, person.email)
  // A session alone, which somebody may have found open, is not enough for what cannot be undone.
  if (Object.keys(proof).length === 0) await factors.fresh.require({ actor })
  else await tellingWhenAgain(reply, () => factors.fresh.prove(person.userId, proof, request.ip))
  const started = await personRemoval.request({ userId: person.userId, requestedBy: 'self' }, trx =>
    audit.within(trx, { target: targetOf(person.userId) }),
  )
  reply.header('set-cookie', expiredSessionCookie({ secure: dashboardUrl.startsWith('https:') }))
  return started
}

function requireSameAddress(confirm: string, email: string): void {
  if (confirm.trim().toLowerCase() !== email.toLowerCase()) throw personErrors.address_mismatch()
}

/** By id only: an entry is never changed, and the person may go. */
function targetOf(userId: string) {
  return { kind: 'person', id: userId }
}
