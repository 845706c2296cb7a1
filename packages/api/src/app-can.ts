/** Which action is allowed in which state. Shared by the API, which refuses, and the dashboard, which disables. */
import type { AppState } from './app.ts'

const APP_ACTIONS = {
  deploy: ['active', 'asleep'],
  rollback: ['active', 'asleep'],
  restart: ['active', 'asleep'],
  run: ['active', 'asleep'],
  scale: ['active', 'asleep'],
  stop: ['active', 'asleep'],
  start: ['stopped'],
  update: ['active', 'asleep', 'stopped', 'suspended'],
  changeEnv: ['active', 'asleep', 'stopped', 'suspended'],
  delete: ['active', 'asleep', 'stopped', 'suspended'],
} as const satisfies Record<string, readonly AppState[]>

export type AppAction = keyof typeof APP_ACTIONS

export function appCan(action: AppAction, app: { state: AppState }): boolean {
  return (APP_ACTIONS[action] as readonly AppState[]).includes(app.state)
}

/** Why not, as a sentence for people; undefined when it is allowed. */
export function whyAppCannot(action: AppAction, app: { slug: string; state: AppState }): string | undefined {
  if (appCan(action, app)) return undefined
  if (app.state === 'deleting') return `${app.slug} is being deleted.`
  if (app.state === 'stopped') return `${app.slug} is stopped. Start it first.`
  if (action === 'start') return `${app.slug} is ${app.state}, not stopped.`
  return `${app.slug} is ${app.state}; this needs an app that is ${APP_ACTIONS[action].join(' or ')}.`
}
