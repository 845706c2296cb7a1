import type { CallOptions } from '@seaworthy/api/client'
import type { QueryKey } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import type { AppPlan } from '../api/platform-queries.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { limitWords } from '../words/en/limits.ts'
import { settingWords } from '../words/en/settings.ts'
import { PlanDialog } from './plan-dialog.tsx'

interface PlannedSaveOptions<Result> {
  /** For the API to plan. */
  change: CallOptions<'apps.plan'>['body']
  /** Makes it. */
  run(): Promise<Result>
  refresh?: readonly QueryKey[]
  onDone(result: Result): void
}

/** Saving a change of an app's settings like a staged one: the platform says what it would do, and then it is done. */
export function usePlannedSave<Result>(
  app: App,
  { change, run, refresh = [], onDone }: PlannedSaveOptions<Result>,
) {
  const [plan, setPlan] = useState<AppPlan>()
  const review = useAction({
    run: () => client.call('apps.plan', { params: { slug: app.slug }, body: change }),
    quiet: true,
    onDone: setPlan,
  })
  const save = useAction({
    run,
    refresh: [keys.app(app.slug), keys.apps, ...refresh],
    quiet: true,
    onDone(result) {
      setPlan(undefined)
      onDone(result)
    },
  })
  const close = () => {
    setPlan(undefined)
    save.reset()
  }
  const dialog = plan && (
    <PlanDialog
      changes={plan.changes.map(({ key, before, after }) => ({ name: changeName(key), before, after }))}
      effects={plan.effects}
      busy={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate()}
      onClose={close}
    />
  )
  return { review: () => review.mutate(), busy: review.isPending, error: review.error, dialog }
}

/** A key of the plan for people. */
export function changeName(key: string): string {
  const [area, name = ''] = key.split('.')
  if (area === 'scale') return settingWords.instancesOf(name)
  if (area === 'limits')
    return (
      (limitWords.fields as Record<string, readonly string[]>)[name]?.[0] ?? settingWords.limits[name] ?? name
    )
  return settingWords.keys[key] ?? key
}
