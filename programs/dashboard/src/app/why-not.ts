import { type AppAction, whyAppCannot } from '@seaworthy/api/can'
import type { App } from '../api/queries.ts'

/** The name that the policy has for what the state table calls by a shorter one. */
const POLICY_ACTIONS: Record<AppAction, string> = {
  deploy: 'app:deploy',
  rollback: 'app:deploy',
  restart: 'app:restart',
  stop: 'app:stop',
  start: 'app:start',
  run: 'app:run',
  scale: 'app:scale',
  update: 'app:update',
  changeEnv: 'env:write',
  delete: 'app:delete',
}

/** Why this cannot be done with the app now, by its state or by one's role, as a sentence; undefined when it can. */
export function whyNot(action: AppAction, app: App): string | undefined {
  const answer = (app as { can?: Record<string, true | string> }).can?.[POLICY_ACTIONS[action]]
  return (typeof answer === 'string' ? answer : undefined) ?? whyAppCannot(action, app)
}
