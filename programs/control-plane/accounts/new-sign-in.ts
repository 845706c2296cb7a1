/** A mail to somebody whose account was opened on a device that it was not open on before. */
import type { Mailer } from '../mail/mailer.ts'
import type { Store } from '../store/database.ts'
import { deviceName } from './device-name.ts'
import type { Visit } from './sessions.ts'

export interface NewSignInOptions {
  store: Store
  mailer: Mailer
  /** Where the dashboard answers, for the link to the sessions. */
  dashboardUrl: string
}

/** The first session of all is no news: its person has just made the account. */
export async function tellOfNewDevice(
  { store, mailer, dashboardUrl }: NewSignInOptions,
  { userId, sessionId, visit }: { userId: string; sessionId: string; visit: Visit },
): Promise<void> {
  const others = await store.db
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.userId')
    .select(['user.email', 'session.userAgent'])
    .where('session.userId', '=', userId)
    .where('session.id', '!=', sessionId)
    .execute()
  const device = deviceName(visit.userAgent)
  const [person] = others
  if (!person || others.some(({ userAgent }) => deviceName(userAgent) === device)) return
  const url = new URL('/account/sessions', dashboardUrl).href
  const data = { at: Date.now(), device, address: visit.address, url }
  await mailer.send({ to: person.email, kind: 'new-sign-in', data })
}
