import type { Implementations } from '../http/endpoint-implementation.ts'
import type { MailDelivery } from './mail-delivery.ts'
import type { MailJobs } from './mailer.ts'

export interface MailRoutesOptions {
  mailer: Pick<MailJobs, 'sendNow'>
  mailTarget: MailDelivery['target']
}

export function mailRoutes({ mailer, mailTarget }: MailRoutesOptions): Implementations {
  return {
    'mail.test': {
      async answer({ body, audit }) {
        await mailer.sendNow({ to: body.to, kind: 'test', data: { at: Date.now() } })
        const { kind, to } = mailTarget
        audit({ target: { kind: 'mail server', name: to } })
        return { kind, to }
      },
    },
  }
}
