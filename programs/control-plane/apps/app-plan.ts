/** What a change of an app's settings would do, in words for people. Pure. */
import type { AppPlan } from '@seaworthy/api'
import type { Resources } from '@seaworthy/runtime/resources'
import type { Call } from '../http/endpoint-implementation.ts'
import { wantedCount } from '../instances/instance-plan.ts'
import type { AppRow } from '../store/schema.ts'

export type PlannedChange = Call<'apps.plan'>['body']

export interface AppPlanFacts {
  app: Pick<AppRow, 'slug' | 'name' | 'state' | 'environment' | 'sleep_after_minutes' | 'scale_json'>
  /** Running instances by process. */
  running: Readonly<Record<string, number>>
  /** The app's own limits. */
  limits: Resources
  change: PlannedChange
}

type Change = AppPlan['changes'][number]
type Effect = AppPlan['effects'][number]

export function planApp(facts: AppPlanFacts): AppPlan {
  const changes = [...settingChanges(facts), ...scaleChanges(facts), ...limitChanges(facts)]
  if (changes.length === 0)
    return { changes, effects: [calm('Nothing changes: all of this is set already.')] }
  return { changes, effects: changes.flatMap(change => effectsOf(change, facts)).filter(isFirst) }
}

function settingChanges({ app, change: { settings = {} } }: AppPlanFacts): Change[] {
  const before: Record<string, unknown> = {
    name: app.name,
    environment: app.environment,
    sleepAfterMinutes: app.sleep_after_minutes,
  }
  return differences(before, settings).filter(({ key }) => key in before)
}

function scaleChanges({ app, change: { scale = {} } }: AppPlanFacts): Change[] {
  const present: Record<string, number> = JSON.parse(app.scale_json)
  const before = Object.fromEntries(
    Object.keys(scale).map(process => [process, wantedCount(present, process)]),
  )
  return differences(before, scale, 'scale.')
}

/** The limits are replaced as a whole: what is not named goes. */
function limitChanges({ limits, change }: AppPlanFacts): Change[] {
  if (change.limits === undefined) return []
  const names = [...new Set([...Object.keys(limits), ...Object.keys(change.limits)])]
  const after = Object.fromEntries(names.map(name => [name, change.limits?.[name as keyof Resources]]))
  return differences(limits, after, 'limits.')
}

function differences(before: object, after: object, prefix = ''): Change[] {
  const old = before as Record<string, unknown>
  return Object.entries(after)
    .filter(([key, value]) => JSON.stringify(old[key] ?? null) !== JSON.stringify(value ?? null))
    .map(([key, value]) => ({ key: prefix + key, before: old[key] ?? null, after: value ?? null }))
}

function effectsOf({ key, before, after }: Change, facts: AppPlanFacts): Effect[] {
  if (key.startsWith('scale.')) return scaleEffects(key.slice(6), [before, after] as [number, number], facts)
  if (key.startsWith('limits.')) return [limitEffect(facts)]
  if (key === 'name') return [calm(`Lists show the new name. The address, ${facts.app.slug}, stays.`)]
  if (key === 'environment')
    return [calm('The shared variables of that environment come with the next deployment.')]
  return [sleepEffect(after as number | null)]
}

function sleepEffect(minutes: number | null): Effect {
  if (minutes === null)
    return calm('It sleeps when its release or the platform says so. No instance is touched.')
  if (minutes === 0) return calm('It never sleeps, so its instances hold their memory all the time.')
  return calm(
    `It sleeps after ${count(minutes, 'minute')} without a request, and wakes with the next one. No instance is touched now.`,
  )
}

function scaleEffects(process: string, [before, after]: [number, number], { app }: AppPlanFacts): Effect[] {
  if (app.state !== 'active')
    return [calm(`No instance runs now: with its next start ${process} has ${count(after, 'instance')}.`)]
  if (after === 0)
    return [
      warn(
        process === 'web'
          ? 'No instance of web is left: requests are answered with an error until there is one again.'
          : `No instance of ${process} is left: its work waits until there is one again.`,
      ),
    ]
  if (after > before)
    return [calm(`${count(after - before, 'more instance')} of ${process} will start; the others go on.`)]
  return [
    calm(
      `${count(before - after, 'instance')} of ${process} will stop, once its last requests are answered.`,
    ),
  ]
}

function limitEffect({ running }: AppPlanFacts): Effect {
  const sum = Object.values(running).reduce((all, each) => all + each, 0)
  if (sum === 0) return calm('No instance runs now: the next one starts with the new limits.')
  return calm(
    `${count(sum, 'instance')} will be replaced by ${sum === 1 ? 'a fresh one' : 'fresh ones'}, no request is dropped. Should they not become healthy, the present ${sum === 1 ? 'one stays' : 'ones stay'}.`,
  )
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`
}

const calm = (text: string): Effect => ({ text, tone: 'calm' })
const warn = (text: string): Effect => ({ text, tone: 'warn' })

/** Several limits have one effect. */
function isFirst({ text }: Effect, index: number, all: readonly Effect[]): boolean {
  return all.findIndex(each => each.text === text) === index
}
