import { useState } from 'react'
import { ApiError, client } from '../api/client.ts'
import { keys } from '../api/queries.ts'
import type { Traffic } from '../api/sight-queries.ts'
import { useAction } from '../api/use-action.ts'
import { useToasts } from '../components/toast.tsx'
import { trafficWords } from '../words/en/traffic.ts'
import type { TrafficEditor } from './editor.ts'
import { type FormKey, formOf, patchOf, type TrafficForm } from './traffic-form.ts'

/** The form of an app's traffic settings: what was changed in it, what that would do, and the saving of it. */
export function useTrafficEditor(slug: string, traffic: Traffic) {
  const [before, setBefore] = useState(() => formOf(traffic))
  const [form, setForm] = useState(before)
  const [plan, setPlan] = useState<Traffic>()
  const toasts = useToasts()
  const patch = patchOf(form, before, traffic)
  const ask = (preview: boolean) =>
    client.call('traffic.update', {
      params: { slug },
      query: { baseVersion: traffic.version, ...(preview && { preview: 'true' as const }) },
      body: patch,
    })
  const review = useAction({ run: () => ask(true), quiet: true, onDone: setPlan })
  const save = useAction({
    run: () => ask(false),
    refresh: [keys.app(slug)],
    quiet: true,
    onDone(saved) {
      const fresh = formOf(saved)
      setBefore(fresh)
      setForm(fresh)
      setPlan(undefined)
      review.reset()
      toasts.show({ text: trafficWords.save.saved })
    },
  })
  const editor: TrafficEditor = {
    traffic,
    form,
    changed: new Set(Object.keys(patch)),
    problems: problemsOf(review.error),
    set: part => setForm(old => ({ ...old, ...part })),
    undo: taken => setForm(old => ({ ...old, ...formParts(before, taken) })),
  }
  const discard = () => {
    setForm(before)
    review.reset()
  }
  return { editor, review, save, plan, discard, closePlan: () => setPlan(undefined) }
}

/** The limits of paths lie beside the limits. */
function formParts(form: TrafficForm, taken: readonly FormKey[]): Partial<TrafficForm> {
  const parts: Partial<TrafficForm> = Object.fromEntries(taken.map(key => [key, form[key]]))
  return taken.includes('limits') ? { ...parts, pathLimits: form.pathLimits } : parts
}

/** By key, each with the place within it: `0.to: must be a path`. */
function problemsOf(error: Error | null): Record<string, string[]> {
  const problems: Record<string, string[]> = {}
  for (const { path, message } of error instanceof ApiError ? error.errors : []) {
    const [key = '', ...rest] = path.replace(/^body\./, '').split('.')
    problems[key] = [...(problems[key] ?? []), rest.length > 0 ? `${rest.join('.')}: ${message}` : message]
  }
  return problems
}
