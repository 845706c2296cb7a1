import type * as api from '@seaworthy/api'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import { type AccountsRoutesOptions, signInFacts, tellingWhenAgain, visitOf } from './accounts.routes.ts'
import type { AskingDevice, StartedDeviceLogin } from './device-login.ts'
import { deviceName } from './device-name.ts'
import { requirePerson } from './require-person.ts'
import { giveSessionFor } from './sign-in-steps.routes.ts'

export function deviceLoginRoutes(options: AccountsRoutesOptions): Implementations {
  const { accounts, dashboardUrl, factors } = options
  const { devices } = factors
  return {
    'device.start': {
      async answer({ request, audit }) {
        audit.skip()
        return startedDocument(await devices.start(visitOf(request)), dashboardUrl)
      },
    },
    'device.token': {
      async answer({ body, request, reply, audit }) {
        const { userId } = await devices.poll(body.deviceCode)
        const signedIn = await accounts.openSession(userId, visitOf(request))
        audit({ ...signInFacts(signedIn, request), after: { by: 'device code' } })
        return giveSessionFor(options, { client: 'cli', reply, signedIn })
      },
    },
    'device.get': {
      async answer({ actor, params, reply }) {
        const { userId } = requirePerson(actor)
        return askingDocument(await tellingWhenAgain(reply, () => devices.find(params.userCode, userId)))
      },
    },
    'device.approve': { answer: call => decide(options, call, 'approved') },
    'device.deny': { answer: call => decide(options, call, 'denied') },
  }
}

async function decide(
  { factors }: AccountsRoutesOptions,
  { actor, params, reply, audit }: Call<'device.approve'> | Call<'device.deny'>,
  decision: 'approved' | 'denied',
): Promise<{ decision: 'approved' | 'denied' }> {
  const { userId } = requirePerson(actor)
  const device = await tellingWhenAgain(reply, () =>
    factors.devices.decide(params.userCode, { userId, by: userId, decision }),
  )
  const name = deviceName(device.userAgent)
  audit({ target: { kind: 'device', name }, after: { decision, address: device.address } })
  return { decision }
}

function startedDocument({ expiresAt, ...started }: StartedDeviceLogin, dashboardUrl: string) {
  const verificationUrl = new URL('/device', dashboardUrl)
  const complete = new URL(`/device?code=${started.userCode}`, dashboardUrl)
  return {
    ...started,
    expiresAt: isoTime(expiresAt),
    verificationUrl: verificationUrl.href,
    verificationUrlComplete: complete.href,
  }
}

function askingDocument({ userCode, address, userAgent, expiresAt }: AskingDevice): api.AskingDevice {
  return { userCode, address, device: deviceName(userAgent), expiresAt: isoTime(expiresAt) }
}
