/** What people do about their second factor, and administrators about that of others. */
import type { SecondFactor } from '@seaworthy/api'
import type { UserActor } from '../access/actor.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { PlatformPeople } from '../people/platform-people.ts'
import { type AccountsRoutesOptions, tellingWhenAgain } from './accounts.routes.ts'
import type { Factors } from './factors.ts'
import { requirePerson } from './require-person.ts'
import { mustHaveSecondFactor } from './second-factor-rule.ts'
import { secondFactorErrors } from './second-factors.ts'

export interface SecondFactorRoutesOptions extends AccountsRoutesOptions {
  people: Pick<PlatformPeople, 'get'>
}

export function secondFactorRoutes({
  accounts,
  factors,
  people,
}: SecondFactorRoutesOptions): Implementations {
  const { second, fresh } = factors
  return {
    'factor.get': { answer: async ({ actor }) => document(factors, requirePerson(actor)) },
    'factor.start': {
      async answer({ actor, body, request, reply, audit }) {
        const person = requirePerson(actor)
        const known = await accounts.own.read(person.userId)
        await tellingWhenAgain(reply, () => fresh.provePassword(known, body.password, request.ip))
        audit.skip()
        return second.start(person)
      },
    },
    'factor.confirm': {
      async answer({ actor, body, reply, audit }) {
        const person = requirePerson(actor)
        const recoveryCodes = await tellingWhenAgain(reply, () => second.confirm(person.userId, body.code))
        audit({ target: targetOf(person), after: { secondFactor: 'on' } })
        return { recoveryCodes }
      },
    },
    'factor.codes': {
      async answer({ actor, audit }) {
        const person = requirePerson(actor)
        const recoveryCodes = await second.renewRecoveryCodes(person.userId)
        audit({ target: targetOf(person), after: { recoveryCodes: 'replaced' } })
        return { recoveryCodes }
      },
    },
    'factor.disable': {
      async answer({ actor, body, request, reply, audit }) {
        const person = requirePerson(actor)
        const known = await accounts.own.read(person.userId)
        if (!known.twoFactorEnabled) throw secondFactorErrors.second_factor_off()
        if (mustHaveSecondFactor(factors.rule, person.access))
          throw secondFactorErrors.second_factor_required()
        await tellingWhenAgain(reply, async () => {
          await fresh.provePassword(known, body.password, request.ip)
          await fresh.prove(person.userId, body, request.ip)
        })
        await second.switchOff(person.userId)
        audit({ target: targetOf(person), after: { secondFactor: 'off' } })
        return document(factors, person)
      },
    },
    'factor.reset': {
      async answer({ params, audit }) {
        const { user } = await people.get(params.person)
        const outcome = await factors.reset({ userId: user.id, email: user.email })
        audit({ target: { kind: 'person', id: user.id, name: user.name }, after: outcome })
        return outcome
      },
    },
  }
}

async function document(factors: Factors, { userId, access }: UserActor): Promise<SecondFactor> {
  const required = mustHaveSecondFactor(factors.rule, access)
  return { ...(await factors.second.state(userId)), required }
}

function targetOf({ userId, name }: UserActor) {
  return { kind: 'person', id: userId, name }
}
