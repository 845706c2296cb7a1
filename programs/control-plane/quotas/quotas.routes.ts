import type { Quotas as QuotasDocument } from '@seaworthy/api'
import { AppError } from '@seaworthy/kit'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import type { Store } from '../store/database.ts'
import type { TeamRow } from '../store/schema.ts'
import { quotaErrors } from './errors.ts'
import type { Subject } from './quota-limits.ts'
import type { Quotas } from './quotas.ts'

export interface QuotasRoutesOptions {
  store: Store
  quotas: Quotas
}

export function quotasRoutes({ store, quotas }: QuotasRoutesOptions): Implementations {
  const show = async (named: NamedSubject): Promise<QuotasDocument> => ({
    subject: { kind: named.kind === 'team' ? 'team' : 'person', id: named.id, name: named.name },
    quotas: await quotas.describe(named),
  })
  const change = async (named: NamedSubject, { body, audit }: Changing) => {
    const before = await show(named)
    await quotas.set(named, body.limits)
    const after = await show(named)
    const names = Object.keys(body.limits)
    audit({ target: targetOf(named), before: limitsOf(before, names), after: limitsOf(after, names) })
    return after
  }
  return {
    'quotas.own': {
      async answer({ actor }) {
        if (actor.kind !== 'user' && actor.kind !== 'token') throw noPerson()
        return show({ kind: 'user', id: actor.userId, name: actor.email })
      },
    },
    'quotas.team': { answer: ({ team }) => show(ofTeam(team!)) },
    'quotas.setTeam': { answer: call => change(ofTeam(call.team!), call) },
    'quotas.person': { answer: async ({ params }) => show(await findPerson(store, params.person)) },
    'quotas.setPerson': {
      answer: async call => change(await findPerson(store, call.params.person), call),
    },
  }
}

type NamedSubject = Subject & { name: string }
type Changing = Pick<Call<'quotas.setTeam'>, 'body' | 'audit'>

/** For the audit entry. */
function targetOf({ kind, id, name }: NamedSubject) {
  return { kind: kind === 'team' ? 'team' : 'person', id, name }
}

function limitsOf({ quotas }: QuotasDocument, names: readonly string[]) {
  return Object.fromEntries(
    quotas.filter(({ name }) => names.includes(name)).map(quota => [quota.name, quota.limit]),
  )
}

function ofTeam({ id, slug }: TeamRow): NamedSubject {
  return { kind: 'team', id, name: slug }
}

async function findPerson({ db }: Store, person: string): Promise<NamedSubject> {
  const user = await db
    .selectFrom('user')
    .select(['id', 'email'])
    .where(eb => eb.or([eb('id', '=', person), eb('email', '=', person.toLowerCase())]))
    .executeTakeFirst()
  if (!user) throw quotaErrors.person_not_found({ person })
  return { kind: 'user', id: user.id, name: user.email }
}

function noPerson(): AppError {
  const message = 'The machine itself has no quotas. Name a team: seaworthy quotas TEAM.'
  return new AppError('no_person', message, { status: 409 })
}
