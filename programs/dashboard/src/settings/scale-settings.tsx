import { useQuery } from '@tanstack/react-query'
import { Minus, Plus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, queries } from '../api/queries.ts'
import { RestartButton } from '../app/restart-button.tsx'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { usePlannedSave } from '../plan/use-planned-save.tsx'
import { inertLine } from '../text/inert.ts'
import { pageWords } from '../words/en/pages.ts'
import { planWords } from '../words/en/plan.ts'

/** How many instances each process has. */
export function ScaleSettings({ app }: { app: App }) {
  const [draft, setDraft] = useState<Record<string, number>>({})
  const toasts = useToasts()
  const version = app.currentRelease?.version
  const release = useQuery({ ...queries.release(app.slug, version ?? 0), enabled: version !== undefined })
  const save = usePlannedSave(app, {
    change: { scale: draft },
    run: () => client.call('apps.scale', { params: { slug: app.slug }, body: draft }),
    onDone() {
      setDraft({})
      toasts.show({ text: pageWords.settings.scaled })
    },
  })
  const processes = Object.entries(release.data?.processes ?? {}).filter(([name]) => name !== 'release')
  const changed = Object.entries(draft).some(([name, count]) => count !== countOf(app, name))
  return (
    <Card
      title={pageWords.settings.scale}
      about={pageWords.settings.scaleAbout}
      actions={<RestartButton app={app} />}
    >
      {processes.length === 0 ? (
        <p className="text-soft">{pageWords.settings.noProcesses}</p>
      ) : (
        <>
          <ul className="grid gap-3">
            {processes.map(([name, command]) => (
              <li key={name} className="flex flex-wrap items-center gap-x-4 gap-y-2">
                <span className="min-w-0 flex-1">
                  <span className="font-medium">{name}</span>
                  <code className="block truncate text-sm text-soft">{inertLine(command)}</code>
                </span>
                <Counter
                  name={name}
                  count={draft[name] ?? countOf(app, name)}
                  onChange={count => setDraft({ ...draft, [name]: count })}
                />
              </li>
            ))}
          </ul>
          <div className="mt-4 grid justify-items-start gap-4">
            <FormError text={save.error?.message} />
            <Button
              look="main"
              busy={save.busy}
              whyNot={whyNot('scale', app) ?? (changed ? undefined : pageWords.settings.nothingChanged)}
              onClick={() => save.review()}
            >
              {planWords.review}
            </Button>
          </div>
        </>
      )}
      {save.dialog}
    </Card>
  )
}

/** Without a word about it, a web process has one instance and every other process one as well. */
function countOf({ scale }: App, name: string): number {
  return scale[name] ?? 1
}

function Counter({ name, count, onChange }: { name: string; count: number; onChange(count: number): void }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is no part of a form
    <div role="group" aria-label={pageWords.settings.instancesOf(name)} className="flex items-center gap-1">
      <Button
        size="small"
        aria-label={pageWords.settings.fewer(name)}
        icon={<Minus aria-hidden className="size-4" />}
        whyNot={count === 0 ? pageWords.settings.noFewer : undefined}
        onClick={() => onChange(count - 1)}
      />
      <output className="w-10 text-center font-medium tabular-nums">{count}</output>
      <Button
        size="small"
        aria-label={pageWords.settings.moreOf(name)}
        icon={<Plus aria-hidden className="size-4" />}
        onClick={() => onChange(count + 1)}
      />
    </div>
  )
}
