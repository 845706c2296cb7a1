import { whyMayNot } from '@seaworthy/api/can'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import type { App } from '../api/queries.ts'
import { sightQueries, type Traffic } from '../api/sight-queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { FormError } from '../components/field.tsx'
import { SaveBar } from '../env/save-bar.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { SettingsTabs } from '../settings/settings-tabs.tsx'
import { inertLine } from '../text/inert.ts'
import { AccessSection } from '../traffic/access-section.tsx'
import { MaintenanceCard } from '../traffic/maintenance-card.tsx'
import { PurgeCard } from '../traffic/purge-card.tsx'
import {
  CacheSection,
  HeadersSection,
  RedirectsSection,
  RewritesSection,
  RoutesSection,
} from '../traffic/rule-sections.tsx'
import { ScoreCard } from '../traffic/score-card.tsx'
import { useTrafficEditor } from '../traffic/use-traffic-editor.ts'
import { DeliverySection, LimitsSection, PolicySection } from '../traffic/value-sections.tsx'
import { planWords } from '../words/en/plan.ts'
import { trafficWords as words } from '../words/en/traffic.ts'

/** How the edge treats the app's requests. */
export function AppTraffic() {
  const app = useCurrentApp()
  const { data: traffic } = useSuspenseQuery(sightQueries.traffic(app.slug))
  return (
    <>
      <SettingsTabs slug={app.slug} />
      <TrafficSettings app={app} traffic={traffic} />
    </>
  )
}

function TrafficSettings({ app, traffic }: { app: App; traffic: Traffic }) {
  const { editor, review, save, plan, discard, closePlan } = useTrafficEditor(app.slug, traffic)
  const changed = [...editor.changed]
  useBlocker({
    shouldBlockFn: () => changed.length > 0 && !confirm(words.save.leave),
    enableBeforeUnload: () => changed.length > 0,
  })
  return (
    <div className="grid max-w-4xl gap-6">
      <p className="text-soft">{words.about}</p>
      <Notes notes={traffic.notes} />
      <ScoreCard app={app} />
      <MaintenanceCard
        key={JSON.stringify(traffic.maintenance)}
        app={app}
        maintenance={traffic.maintenance}
      />
      <HeadersSection editor={editor} />
      <PolicySection editor={editor} />
      <LimitsSection editor={editor} />
      <AccessSection editor={editor} />
      <RedirectsSection editor={editor} />
      <RewritesSection editor={editor} />
      <RoutesSection editor={editor} />
      <CacheSection editor={editor} />
      <PurgeCard app={app} />
      <DeliverySection editor={editor} />
      <SaveBar
        changes={changed.map(key => ({ key: words.keys[key] ?? key, kind: 'changed' }))}
        busy={review.isPending}
        effect={<Effect error={review.error} />}
        saveLabel={planWords.review}
        whyNot={whyMayNot(app, 'traffic:write')}
        onSave={() => review.mutate()}
        onDiscard={discard}
      />
      {plan && (
        <PlanDialog
          about={words.save.about}
          changes={(plan.changes ?? []).map(({ key, ...sides }) => ({
            name: words.keys[key] ?? key,
            ...sides,
          }))}
          effects={plan.notes.map(text => ({ text, tone: 'warn' }))}
          busy={save.isPending}
          error={save.error}
          onConfirm={() => save.mutate()}
          onClose={closePlan}
        />
      )}
    </div>
  )
}

function Effect({ error }: { error: Error | null }) {
  return error ? <FormError text={error.message} /> : words.save.effect
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <section
      aria-label={words.notes}
      className="grid gap-1 rounded-md bg-warn-soft px-4 py-3 text-sm text-warn"
    >
      <h2 className="font-medium">{words.notes}</h2>
      {notes.map(note => (
        <p key={note}>{inertLine(note)}</p>
      ))}
    </section>
  )
}
